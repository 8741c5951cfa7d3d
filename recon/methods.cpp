#include "recon/methods.h"

#include "core/log.h"
#include "core/vector_ops.h"
#include "kernels/arithmetic.h"
#include "kernels/coils.h"
#include "kernels/complex_parts.h"
#include "recon/compressed_sensing.h"
#include "recon/conjugate_gradient.h"
#include "recon/least_squares.h"
#include "recon/sense_model.h"

#include <algorithm>

namespace tessera {
namespace {

void log_result(char const* method, ProximalGradientResult const& result) {
    log_info("{}: largest eigenvalue {:.4g}, {} iterations ({} restarts), cost {:.6g} to {:.6g}, last relative change {:.1e}", method,
        result.lipschitz, result.iterations, result.restarts, result.costs.front(), result.costs.back(), result.change);
}

} // namespace

bool needs_maps(ReconConfig const& config) {
    return config.method != Method::gridding || config.gridding.combine == CoilCombination::maps;
}

Tensor<complex> reconstruct_gridding(Context const& context, Scan const& scan, ReconConfig const& config) {
    auto const [nz, ny, nx] = scan.matrix;
    auto const nufft = std::make_shared<Nufft>(context, scan.matrix, scan.trajectory, nufft_options(config.nufft));
    Tensor<complex> const image(context, {nz, ny, nx});
    if (config.gridding.combine == CoilCombination::maps) {
        SenseOperator(nufft, scan.maps, scan.weights, nullptr, config.nufft.coils_per_pass).weighted_adjoint(scan.kspace, image);
        return image;
    }
    auto const squares = Tensor<real>::zeros(context, image.shape());
    index_t const coils = scan.kspace.shape()[0], most = std::min(coils, config.nufft.coils_per_pass);
    for (index_t first = 0; first < coils; first += most) {
        index_t const last = std::min(coils, first + most);
        auto const samples = scan.kspace.slice(first, last).clone();
        enqueue(context.stream(), MultiplyReal{scan.weights.flat(), samples.view<2>()});
        Tensor<complex> const volumes(context, {last - first, nz, ny, nx});
        nufft->adjoint(samples, volumes);
        enqueue(context.stream(), AddSquares{volumes.reshape({last - first, image.size()}).view<2>(), squares.flat()});
    }
    enqueue(context.stream(), RootToComplex{squares.flat(), image.flat()});
    return image;
}

Tensor<complex> reconstruct_cg_sense(Context const& context, Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, double)> const& progress) {
    auto const problem = least_squares(scan, config.nufft, config.cg.normal);
    auto const image = Tensor<complex>::zeros(context, problem.data.b.shape());
    auto const result = conjugate_gradient([&](auto const& x, auto const& out) { problem.data.model->normal(x, out); }, problem.data.b, image,
        {.iterations = config.cg.iterations, .tolerance = config.cg.tolerance, .lambda = config.cg.lambda, .progress = progress});
    log_info("cg-sense: {} iterations, relative residual {:.2e}", result.iterations, result.residual);
    axpby(problem.scale, image, 0, image);
    return image;
}

Tensor<complex> reconstruct_l1_wavelet(Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, double, double)> const& progress) {
    auto const problem = least_squares(scan, config.nufft, NormalOperator::toeplitz, config.l1_wavelet.weighted);
    auto const result = reconstruct_l1_wavelet(problem, config.l1_wavelet, {.progress = progress});
    log_result("l1-wavelet", result);
    return result.image;
}

} // namespace tessera
