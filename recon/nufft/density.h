// Density compensation: how much of k-space each sample stands for.
#pragma once

#include "core/arrays/tensor.h"
#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

enum class DensityKind {
    pipe,   ///< iterative, any trajectory
    radial, ///< analytic, spokes through the centre
    file,   ///< from the file, rescaled
    none,   ///< 1 everywhere
};
constexpr std::array<std::string_view, 4> config_names(DensityKind) { return {"pipe", "radial", "file", "none"}; }

struct DensityConfig {
    DensityKind kind = DensityKind::pipe;
    index_t iterations = 9;  ///< pipe: at most
    double tolerance = 2e-3; ///< pipe: stop when the weighted density is 1 to this root-mean-square deviation
    void describe(ConfigVisitor& v) {
        v("kind", kind, "How samples are weighted.");
        v("iterations", iterations, "Iterations at most (pipe).", {.min = 1});
        v("tolerance", tolerance, "Stop when the weighted density is 1 to this root-mean-square deviation (pipe).", {.min = 0});
    }
};

/// Weights of a scan for its NUFFT, scaled by normalise_weights() except for `none`.
///
/// Shapes: [readout, sample], in `context`; of the acquisition, trajectory and weights are looked at. `told` gets the iterations done (pipe).
/// Throws Error for `file` where the file has none, and as the functions below.
Tensor<real> density_weights(Context const& context, Matrix matrix, Acquisition const& acquisition, DensityConfig const& config = {},
    std::function<void(index_t)> const& told = {});

/// Iterative weights: w <- w / (w * psi)^step at the samples, normalised. The steps are Chebyshev's: 9 of them give the same
/// images to 1 % (relative l2) as 30 steps of 1, which Pipe and Menon take.
///
/// psi is the gridding kernel convolved with itself, scaled such that its image is close to the autocorrelation of a
/// spherical field of view; a sample stands for at most about one Nyquist cell, and samples at one place share it.
/// trajectory: [..., 3] in cycles per field of view; the result is [...], in `context`. Throws Error for non-finite coordinates.
/// Source: Pipe and Menon 1999, doi:10.1002/(SICI)1522-2594(199901)41:1<179::AID-MRM25>3.0.CO;2-V; the choice of psi,
/// Johnson and Pipe 2009, doi:10.1002/mrm.21828.
Tensor<real> pipe_menon_weights(Context const& context, Matrix matrix, Tensor<real> const& trajectory, DensityConfig const& config = {},
    std::function<void(index_t)> const& told = {});

/// Scales non-negative weights in place such that A^H W A, with the unitary-scaled NUFFT A, keeps slowly varying volumes.
///
/// In k-space: sum w G = integral of G, for a bell G about 5 cycles per field of view wide around k = 0. So an undersampled
/// edge, a trajectory that covers a ball only, and the unit of weights from a file do not change the scale of volumes; a
/// Cartesian trajectory gets 1. (The sum of weights over the voxels is the part of k-space that is covered: pi/6 for a ball.)
/// Throws Error for weights that are negative, not finite, as many as not to fit the trajectory, or zero near the centre.
void normalise_weights(Tensor<real> const& weights, Matrix matrix, Tensor<real> const& trajectory);

} // namespace tessera
