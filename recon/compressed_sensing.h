// Compressed sensing: images that are sparse in wavelets.
#pragma once

#include "recon/compressed_sensing_config.h"
#include "recon/proximal_gradient.h"

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
/// for the wavelets, one volume (two with random shifts) and twice the coarsest approximation.
/// Source: Lustig, Donoho, Pauly 2007, doi:10.1002/mrm.21391.
ProximalGradientResult reconstruct_l1_wavelet(LeastSquares const& problem, L1WaveletConfig const& config,
    CompressedSensingOptions const& options = {});

} // namespace tessera
