#include "recon/methods/methods.h"

#include "core/arrays/passes.h"
#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/coils.h"
#include "kernels/arrays/complex_parts.h"
#include "recon/compressed_sensing/compressed_sensing.h"
#include "recon/methods/mbdl.h"
#include "recon/sense/sense_model.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace tessera {

namespace {

/// The one rule for data of all methods: finite, and not empty.
void require_data(Scan const& scan, Method method) {
    double const size = norm(scan.kspace);
    require(std::isfinite(size), "{}: k-space is not finite", config_name(method));
    require(size > 0, "{}: k-space is zero everywhere", config_name(method));
    auto const weights = scan.weights.to_host();
    require(std::any_of(weights.begin(), weights.end(), [](real w) { return w > 0; }), "{}: the density weights are zero everywhere",
        config_name(method));
}

/// The one rule for images of all methods: finite, and not empty.
void require_image(Tensor<complex> const& image, Method method) {
    double const size = norm(image); // not finite where any voxel is not
    require(std::isfinite(size), "{}: the image is not finite: k-space, weights or lambda are too large or too small for single precision",
        config_name(method));
    require(size > 0, "{}: the image is zero everywhere: weights and data vanish together", config_name(method));
}

} // namespace

Tensor<complex> Reconstructor::operator()(MethodConfig const& config, MethodProgress const& progress) {
    Stage const stage(scan_.weights.context(), config_name(config.method));
    require_data(scan_, config.method);
    warnings_.clear();
    fixed_point_.reset();
    auto const image = reconstruct(config, progress);
    require_image(image, config.method);
    return image;
}

Tensor<complex> Reconstructor::reconstruct(MethodConfig const& config, MethodProgress const& progress) {
    switch (config.method) {
    case Method::gridding: return gridding(config.gridding);
    case Method::cg_sense: return cg_sense(config.cg, progress);
    case Method::l1_wavelet: return compressed_sensing("l1-wavelet", config.l1_wavelet, progress, reconstruct_l1_wavelet);
    case Method::tv: return compressed_sensing("tv", config.tv, progress, reconstruct_tv);
    case Method::mbdl: break;
    case Method::xd_grasp:
    case Method::llr:
        fail("{} reconstructs several states at once, and this is one image: /states/count of tessera-recon says how many",
            config_name(config.method));
    }
    TrainedReconstruction network(scan_.weights.context(), scan_, config.mbdl, config_.density);
    auto problem = data_term(config.mbdl.normal, true);
    data_terms_.clear(); // its b may wait on the host
    auto const image = network(std::move(problem), [&](index_t done, index_t total) {
        if (progress.update) progress.update(done, total, "");
    });
    warnings_ = network.warnings();
    fixed_point_ = network.fixed_point();
    return image;
}

LeastSquares const& Reconstructor::data_term(NormalOperator normal, bool weighted) {
    auto const key = std::pair(normal, weighted);
    if (!data_terms_.contains(key)) data_terms_.emplace(key, least_squares(scan_, config_.nufft, normal, weighted));
    return data_terms_.at(key);
}

Tensor<complex> Reconstructor::gridding(GriddingConfig const& config) const {
    Context const& context = scan_.weights.context();
    index_t const nz = scan_.matrix[0], ny = scan_.matrix[1], nx = scan_.matrix[2];
    auto const nufft = std::make_shared<Nufft>(context, scan_.matrix, scan_.trajectory, config_.nufft);
    Tensor<complex> const image(context, {nz, ny, nx});
    if (config.combine == CoilCombination::maps) {
        SenseOperator(nufft, scan_.maps, scan_.weights, nullptr, config_.nufft.coils_per_pass).weighted_adjoint(scan_.kspace, image);
        return image;
    }
    auto const squares = Tensor<real>::zeros(context, image.shape());
    in_passes(scan_.kspace.shape()[0], std::min(config_.nufft.coils_per_pass, kCoilsOnce), [&](index_t first, index_t last) {
        Tensor<complex> const samples(context, {last - first, scan_.kspace.shape()[1]});
        samples.copy_from(scan_.kspace.slice(first, last));
        enqueue(context.stream(), MultiplyReal{scan_.weights.flat(), samples.view<2>()});
        Tensor<complex> const volumes(context, {last - first, nz, ny, nx});
        nufft->adjoint(samples, volumes);
        enqueue(context.stream(), AddSquares{volumes.reshape({last - first, image.size()}).view<2>(), squares.flat()});
    });
    enqueue(context.stream(), RootToComplex{squares.flat(), image.flat()});
    return image;
}

Tensor<complex> Reconstructor::cg_sense(CgConfig const& config, MethodProgress const& progress) {
    auto const& problem = data_term(config.normal, true);
    auto const image = Tensor<complex>::zeros(scan_.weights.context(), problem.data.b.shape());
    auto const told = [&](index_t iteration, double residual) {
        if (progress.update) progress.update(iteration, config.iterations, fmt::format("residual {:.2e}", residual));
    };
    auto const result = tessera::cg_sense(problem.data, config, image, told);
    log_info("cg-sense: lambda {:g}, {} iterations, relative residual {:.2e}", config.lambda, result.iterations, result.residual);
    axpby(problem.scale, image, 0, image);
    return image;
}

template <class Config, class Solve> Tensor<complex> Reconstructor::compressed_sensing(char const* name, Config const& config,
    MethodProgress const& progress, Solve const& solve) {
    CompressedSensingOptions options;
    if (auto const known = largest_eigenvalues_.find(config.weighted); known != largest_eigenvalues_.end())
        options.lipschitz = known->second;
    options.progress = [&](index_t iteration, double cost, double change) {
        if (progress.update) progress.update(iteration, config.iterations, fmt::format("cost {:.6g}, change {:.1e}", cost, change));
        if (progress.cost) progress.cost(iteration, cost, change);
    };
    auto const& problem = data_term(config.normal, config.weighted);
    auto const result = solve(problem, config, options);
    log_info(
        "{}: lambda {:g}, scale {:.5g}, largest eigenvalue {:.4g}, {} iterations ({} restarts), cost {:.6g} to {:.6g}, last relative change "
        "{:.1e}",
        name, config.lambda, problem.scale, result.lipschitz, result.iterations, result.restarts, result.costs.front(), result.costs.back(),
        result.change);
    if (result.iterations == config.iterations && result.change > config.tolerance)
        log_info("{}: ended at its limit of {} iterations, before the image changed by less than {:g} (/{}/iterations sets it)", name,
            config.iterations, config.tolerance, std::is_same_v<Config, L1WaveletConfig> ? "l1_wavelet" : "tv");
    largest_eigenvalues_[config.weighted] = result.lipschitz;
    return result.image;
}

} // namespace tessera
