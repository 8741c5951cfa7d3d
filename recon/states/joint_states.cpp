#include "recon/states/joint_states.h"

#include "core/arrays/operator_algebra.h"
#include "core/arrays/power_iteration.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "recon/compressed_sensing/locally_low_rank.h"
#include "recon/compressed_sensing/total_variation.h"
#include "recon/sense/held_out.h"
#include "recon/sense/normalisation.h"
#include "recon/sense/sense_model.h"
#include "recon/states/states_model.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

struct JointProblem {
    LeastSquares terms;
    double lipschitz = 0; ///< the largest eigenvalue of any state's normal operator
};

Scan on_host(Scan scan) {
    Context const host = scan.weights.context().host();
    scan.trajectory = scan.trajectory.to(host);
    scan.weights = scan.weights.to(host);
    return scan;
}

/// The data terms of all states, in one scale: the mean of their own.
JointProblem joint_problem(StateScans const& states, NufftConfig const& config, NormalOperator wanted, double damping) {
    CoilMaps const& maps = states.all().maps;
    Context const& context = maps.context();
    auto const count = static_cast<index_t>(states.count());
    auto const normal = resolved(wanted, maps, states.all().weights.size() / count, config);
    JointProblem joint;
    Tensor<complex> const b(context.host(), maps.shape().tail().prepended(count));
    std::vector<WaitingModel> waiting;
    double scales = 0;
    for (index_t s = 0; s < count; ++s) {
        Scan const scan = on_host(states[static_cast<std::size_t>(s)]);
        std::optional<SortedTrajectory> sorted;
        if (normal == NormalOperator::gridded) sorted.emplace(context, scan.matrix, scan.trajectory, config);
        auto const part = part_of(scan, all_readouts(scan.readouts), sorted ? &*sorted : nullptr);
        auto const model = sense_model(maps, part_in(context, part, scan.matrix, config), config, normal);
        Stage const stage(context, "x_0");
        Tensor<complex> const image(context, model->domain());
        model->weighted_adjoint(scan.kspace, image);
        scales += intensity_scale(image) / static_cast<double>(count);
        b[s].copy_from(image);
        joint.terms.energy += weighted_energy(scan.kspace, scan.weights);
        joint.lipschitz = std::max(joint.lipschitz, largest_eigenvalue(NormalOf(model)).eigenvalue);
        waiting.emplace_back(*model, part);
    }
    require(std::isfinite(scales) && scales > 0, "k-space is {} in every state", scales > 0 ? "not finite" : "zero");
    axpby(1 / scales, b, 0, b);
    joint.terms.scale = scales;
    joint.terms.energy /= scales * scales;
    joint.terms.data.b = b;
    joint.terms.data.model = std::make_shared<StatesModel>(maps, config, std::move(waiting), damping);
    joint.lipschitz += damping;
    return joint;
}

template <class Config>
ProximalGradientResult minimise(JointProblem const& joint, Regulariser& regulariser, Config const& config, MethodProgress const& progress) {
    return proximal_gradient(joint.terms, regulariser,
        {.lambda = config.lambda,
            .iterations = config.iterations,
            .tolerance = config.tolerance,
            .lipschitz = joint.lipschitz,
            .progress = [&](index_t iteration, double cost, double change) {
                if (progress.update) progress.update(iteration, config.iterations, fmt::format("cost {:.6g}, change {:.1e}", cost, change));
                if (progress.cost) progress.cost(iteration, cost, change);
            }});
}

ProximalGradientResult solve(JointProblem const& joint, MethodConfig const& config, MethodProgress const& progress) {
    auto const& b = joint.terms.data.b;
    if (config.method == Method::xd_grasp) {
        Shape const& s = b.shape();
        TotalVariation along_states(b.context(), {s[0], s[1] * s[2], s[3]}, config.xd_grasp.inner_iterations, {1, {0}});
        return minimise(joint, along_states, config.xd_grasp, progress);
    }
    LocallyLowRank low_rank(config.llr.block, config.llr.random_shifts, config.llr.seed);
    return minimise(joint, low_rank, config.llr, progress);
}

} // namespace

Tensor<complex> reconstruct_jointly(StateScans const& states, NufftConfig const& nufft, MethodConfig const& config,
    MethodProgress const& progress) {
    require(is_joint(config.method), "the method {} does not reconstruct all states at once", config_name(config.method));
    require(states.count() > 1, "{} needs several states, found one", config_name(config.method));
    Stage const stage(states.all().weights.context(), config_name(config.method));
    auto const joint = config.method == Method::xd_grasp ? joint_problem(states, nufft, config.xd_grasp.normal, config.xd_grasp.tikhonov)
                                                         : joint_problem(states, nufft, config.llr.normal, 0);
    auto const result = solve(joint, config, progress);
    log_info("{}: scale {:.5g}, largest eigenvalue {:.4g}, {} iterations ({} restarts), cost {:.6g} to {:.6g}, last relative change {:.1e}",
        config_name(config.method), joint.terms.scale, result.lipschitz, result.iterations, result.restarts, result.costs.front(),
        result.costs.back(), result.change);
    double const size = norm(result.image);
    require(std::isfinite(size) && size > 0, "{}: the images are {}", config_name(config.method),
        size > 0 ? "not finite" : "zero everywhere");
    axpby(joint.terms.scale, result.image, 0, result.image);
    return result.image;
}

} // namespace tessera
