// The non-uniform fast Fourier transform between volumes and k-space samples.
#pragma once

#include "core/arrays/tensor.h"
#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"

#include <memory>

namespace tessera {

class SortedTrajectory;
struct PointSelection;

struct NufftConfig {
    double accuracy = 1e-3;
    std::optional<double> oversampling = std::nullopt;
    index_t coils_per_pass = 8;
    void describe(ConfigVisitor& v) {
        v("accuracy", accuracy, "Relative error of the transform.", {.min = 1e-6, .max = 1e-2});
        v("oversampling", oversampling, "Of the grid; null chooses.", {.min = 1.25, .max = 2});
        v("coils_per_pass", coils_per_pass,
            "Coils transformed at once, 4 at most where k-space is transformed once only; bounds the memory.", {.min = 1, .max = 64});
    }
};

/// That of the grid, chosen where it is left open.
double oversampling_of(NufftConfig const& config);

/// Coils at once of a transform that a scan needs once: its grid is half of that for 8, and clearing fresh memory takes longer than a second
/// pass does.
inline constexpr index_t kCoilsOnce = 4;

/// y_j = 1/sqrt(prod N) sum_r x_r exp(-i 2 pi k_j.r/N) (forward, type 2) and its exact adjoint (type 1).
///
/// r counts voxels from the centre N/2 (integer division), k in cycles per field of view.
/// Shapes: volumes [coil, z, y, x], k-space [coil, points]; a matrix with 1 in z is a 2D transform.
/// Source: gridding with a Kaiser-Bessel kernel, Jackson et al. 1991, doi:10.1109/42.97598;
/// Beatty et al. 2005, doi:10.1109/TMI.2004.841230.
///
/// One thread at a time: a Fourier transform for another number of coils is planned on first use.
class Nufft {
public:
    /// The trajectory is [..., 3] and is copied into the plan, sorted. Throws Error for non-finite coordinates.
    Nufft(Context const& context, Matrix matrix, Tensor<real> const& trajectory, NufftConfig const& options = {});
    /// The plan of part of the points of a trajectory that is sorted already, for the accuracy and oversampling that it was sorted for.
    /// The points are numbered anew, in their order. Where all are chosen, a CPU reads `sorted` in place.
    Nufft(Context const& context, SortedTrajectory const& sorted, PointSelection const& chosen, index_t coils_per_pass);
    ~Nufft();
    Nufft(Nufft&&) noexcept;
    Nufft& operator=(Nufft&&) noexcept;

    Context const& context() const;
    Matrix matrix() const;
    index_t points() const;

    /// volumes [coil, z, y, x] -> kspace [coil, ...points]; kspace is overwritten.
    void forward(Tensor<complex> const& volumes, Tensor<complex> const& kspace) const;
    /// kspace [coil, ...points] -> volumes [coil, z, y, x]; volumes are overwritten.
    void adjoint(Tensor<complex> const& kspace, Tensor<complex> const& volumes) const;

private:
    struct Plan;
    std::unique_ptr<Plan> plan_;
};

} // namespace tessera
