// Compressed sensing: images that are sparse in wavelets, or of small total variation.
#pragma once

#include "recon/compressed_sensing/compressed_sensing_config.h"
#include "recon/compressed_sensing/proximal_gradient.h"

namespace tessera {

struct CompressedSensingOptions {
    std::optional<Tensor<complex>> start{}; ///< image to begin with, in the scale of the data: that of the next lambda in a sweep
    std::optional<double> lipschitz{};      ///< largest eigenvalue of the normal operator, where an earlier result has it
    /// Called with the start (iteration 0) and after every iteration: its number, the cost and the relative change of the image.
    std::function<void(index_t, double, double)> progress{};
};

/// argmin 1/2 ||W^1/2 (A x - y)||^2 + lambda ||wavelet details of x||_1 by FISTA; L1WaveletConfig says what everything means.
/// The image [z, y, x] is in the scale of the data (times problem.scale), costs are those of the scaled problem.
///
/// Memory beyond `problem`: four volumes, one more where a start is given, and the larger of what the normal operator works in and,
/// for the wavelets, two volumes and twice the coarsest approximation.
/// Source: Lustig, Donoho, Pauly 2007, doi:10.1002/mrm.21391.
ProximalGradientResult reconstruct_l1_wavelet(LeastSquares const& problem, L1WaveletConfig const& config,
    CompressedSensingOptions const& options = {});

/// The same with isotropic total variation, TotalVariationConfig.
///
/// Memory beyond `problem`: seven volumes (in 2D six), one more where a start is given, and the larger of what the normal operator works
/// in and, for the total variation, four volumes (in 2D three).
/// Source: Rudin, Osher, Fatemi 1992, doi:10.1016/0167-2789(92)90242-F; Block, Uecker, Frahm 2007, doi:10.1002/mrm.21236.
ProximalGradientResult reconstruct_tv(LeastSquares const& problem, TotalVariationConfig const& config,
    CompressedSensingOptions const& options = {});

} // namespace tessera
