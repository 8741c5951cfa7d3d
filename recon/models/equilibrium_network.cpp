#include "recon/models/equilibrium_network.h"

#include "core/arrays/fixed_point.h"
#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "nn/complex_channels.h"
#include "recon/models/gain.h"

#include <algorithm>
#include <utility>

namespace tessera {
namespace {

constexpr double kPlace = 0.5; // told to an informed network: all iterations are the same step

ModelConfig const& checked(ModelConfig const& config) {
    require(config.shared_weights, "model: an equilibrium has one set of weights for all iterations, /model/shared_weights must be true");
    return config;
}

StepWeights frozen(ModelConfig const& config, ParameterList const& parameters) {
    auto list = ParameterList::frozen(parameters);
    return {config, list};
}

} // namespace

EquilibriumNetwork::EquilibriumNetwork(ModelConfig const& config, ParameterList& parameters)
    : ReconstructionNetwork(checked(config), parameters), frozen_(frozen(config, parameters)) {}

ModelStep EquilibriumNetwork::step(StepWeights const& weights, std::shared_ptr<ScanInBlocks const> const& scan) const {
    auto const& conditions = scan->data.conditions;
    return {scan, weights.regulariser(0, kPlace, conditions), weights.consistency(), weights.number(0, kPlace, conditions), 1};
}

Tensor<complex> EquilibriumNetwork::find(ModelStep const& f, Tensor<complex> x0) const {
    Stage const stage(x0.context(), "fixed point");
    auto const& options = config_.equilibrium;
    auto& report = *f.scan().report;
    auto found = fixed_point([&](Tensor<complex> x, VolumeStore& waiting) { return f.forward(std::move(x), waiting); }, std::move(x0),
        {.iterations = options.iterations,
            .tolerance = options.tolerance,
            .depth = options.acceleration,
            .safeguard = options.safeguard,
            .place = f.scan().checkpoints,
            .progress = [&](index_t iteration, double residual) {
                log_debug("fixed point: iteration {}, relative residual {:.2e}", iteration, residual);
                if (report.progress) report.progress(iteration);
            }});
    auto& all = report.fixed_point;
    all.iterations = std::max(all.iterations, static_cast<index_t>(std::ssize(found.residuals)));
    all.residual = std::max(all.residual, found.residual);
    all.fallbacks += found.fallbacks;
    all.gain = std::max(all.gain, found.gain);
    all.residuals = std::move(found.residuals);
    return found.x;
}

// v = J^T v + g.
Tensor<complex> EquilibriumNetwork::solve(ModelStep const& f, Tensor<complex> g, ModelStep::Fetch const& x) const {
    Stage const stage(g.context(), "fixed point back");
    auto const& options = config_.equilibrium;
    if (norm(g) == 0) return g;
    VolumeStore right(g.context(), f.scan().checkpoints);
    right.push(g);
    auto const found = fixed_point(
        [&](Tensor<complex> v, VolumeStore& waiting) {
            waiting.settle();
            auto w = v.unique() ? std::move(v) : v.clone(); // becomes dL/dz
            auto gx = f.backward(w, x, x, true);
            w = {};
            axpby(1, right.get(0), 1, gx);
            return gx;
        },
        std::move(g),
        {.iterations = options.backward_iterations,
            .tolerance = options.backward_tolerance,
            .depth = options.acceleration,
            .safeguard = options.safeguard,
            .place = f.scan().checkpoints});
    auto& all = f.scan().report->fixed_point;
    all.backward_iterations = std::max(all.backward_iterations, static_cast<index_t>(std::ssize(found.residuals)));
    all.backward_residual = std::max(all.backward_residual, found.residual);
    return found.x;
}

Var EquilibriumNetwork::forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory,
    std::shared_ptr<SolverReport> const& report) const {
    auto const scan = std::make_shared<ScanInBlocks>(std::move(data), memory, reach(), report);
    auto const kept = std::make_shared<VolumeStore>(x0.context(), memory.checkpoints);
    auto const f = step(frozen_, scan);
    auto start = as_complex(std::move(x0).release()); // no other handle of it: the first iteration lets go of it
    auto const fixed = find(f, std::move(start));
    if (report->wants_lipschitz && config_.equilibrium.lipschitz_iterations > 0)
        report->fixed_point.lipschitz =
            std::max(report->fixed_point.lipschitz, lipschitz_constant(f, fixed, config_.equilibrium.lipschitz_iterations));
    if (tape.recording()) kept->push(fixed);
    auto x = tape.record(as_channels(fixed), weights_.trained(), [=, trained = step(weights_, scan), this](Tensor<real> gradient) {
        auto g = as_complex(gradient.unique() ? std::exchange(gradient, {}) : gradient.clone());
        auto const at = [&] { return kept->get(0); };
        if (config_.equilibrium.gradient == EquilibriumGradient::implicit) g = solve(f, std::move(g), at);
        trained.backward(g, at, at, false);
    });
    if (tape.recording() && config_.equilibrium.penalty > 0)
        report->penalty = gain_penalty(
            tape, step(weights_, scan), [=] { return kept->get(0); }, weights_.trained());
    if (!config_.final_regulariser) return x;
    ModelStep const last(scan, weights_.regulariser(0, 1, scan->data.conditions), weights_.consistency(), {}, 2);
    return last.on_tape(tape, std::move(x), weights_.trained(), kept);
}

} // namespace tessera
