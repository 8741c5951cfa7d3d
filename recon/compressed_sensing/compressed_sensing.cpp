#include "recon/compressed_sensing/compressed_sensing.h"

#include "core/arrays/vector_ops.h"
#include "recon/compressed_sensing/total_variation.h"
#include "recon/compressed_sensing/wavelet_norm.h"

namespace tessera {
namespace {

Tensor<complex> scaled(Tensor<complex> const& x, double factor) {
    Tensor<complex> y(x.context(), x.shape());
    axpby(factor, x, 0, y);
    return y;
}

template <class Config> ProximalGradientResult minimise(LeastSquares const& problem, Regulariser& regulariser, Config const& config,
    CompressedSensingOptions const& options) {
    ProximalGradientOptions how{.lambda = config.lambda,
        .iterations = config.iterations,
        .tolerance = config.tolerance,
        .lipschitz = options.lipschitz,
        .progress = options.progress};
    if (options.start) how.start = scaled(*options.start, 1 / problem.scale);
    auto result = proximal_gradient(problem, regulariser, how);
    axpby(problem.scale, result.image, 0, result.image);
    return result;
}

} // namespace

ProximalGradientResult reconstruct_l1_wavelet(LeastSquares const& problem, L1WaveletConfig const& config,
    CompressedSensingOptions const& options) {
    auto const& shape = problem.data.b.shape();
    int const moments = 2 + static_cast<int>(config.wavelet);
    WaveletNorm norm(WaveletTransform({shape[0], shape[1], shape[2]}, daubechies(moments), config.levels), config.random_shifts,
        config.seed);
    return minimise(problem, norm, config, options);
}

ProximalGradientResult reconstruct_tv(LeastSquares const& problem, TotalVariationConfig const& config,
    CompressedSensingOptions const& options) {
    auto const& shape = problem.data.b.shape();
    TotalVariation variation(problem.data.b.context(), {shape[0], shape[1], shape[2]}, config.inner_iterations);
    return minimise(problem, variation, config, options);
}

} // namespace tessera
