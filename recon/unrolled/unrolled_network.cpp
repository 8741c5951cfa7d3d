#include "recon/unrolled/unrolled_network.h"

#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"
#include "recon/unrolled/blockwise.h"
#include "recon/unrolled/cg_solve.h"
#include "recon/unrolled/informed_network.h"

#include <cmath>

namespace tessera {

UnrolledNetwork::UnrolledNetwork(ModelConfig const& config, ParameterList& parameters) : config_(config) {
    bool const cg = config.data_consistency.kind == DataConsistency::cg;
    index_t const sets = config.shared_weights ? 1 : config.unrolls;
    for (index_t k = 0; k < sets; ++k) {
        networks_.push_back(make_network(config.network, parameters, config.shared_weights ? "regulariser." : fmt::format("regularisers.{}.", k),
            config.informed ? kNumbersTold : 0));
        std::string const name = cg ? "log_lambda" : "step";
        double const start = cg ? std::log(config.data_consistency.lambda) : config.data_consistency.step;
        data_parameters_.push_back(parameters.add_constant(config.shared_weights ? name : fmt::format("{}.{}", name, k), {1}, start));
        if (config.informed)
            slopes_.push_back(parameters.add_constant(config.shared_weights ? name + "_slopes" : fmt::format("{}_slopes.{}", name, k), {kNumbersTold}, 0));
    }
}

// The network of a stage: of an unroll, or, with the weights of the last, that after all of them.
std::unique_ptr<Network> UnrolledNetwork::informed(index_t stage, ScanConditions const& conditions) const {
    Network const& network = *networks_[static_cast<std::size_t>(config_.shared_weights ? 0 : std::min(stage, config_.unrolls - 1))];
    return std::make_unique<InformedNetwork>(network, conditions, static_cast<double>(stage) / static_cast<double>(config_.unrolls), config_.informed);
}

LearnedNumber UnrolledNetwork::data_parameter(index_t unroll, ScanConditions const& conditions) const {
    auto const set = static_cast<std::size_t>(config_.shared_weights ? 0 : unroll);
    if (!config_.informed) return {data_parameters_[set], {}, {}};
    return {data_parameters_[set], slopes_[set], numbers_told(conditions, static_cast<double>(unroll) / static_cast<double>(config_.unrolls))};
}

std::vector<double> UnrolledNetwork::weights_of_data() const {
    std::vector<double> values;
    for (auto const& p : data_parameters_) {
        double const value = LearnedNumber{p, {}, {}}.value();
        values.push_back(config_.data_consistency.kind == DataConsistency::cg ? std::exp(value) : value);
    }
    return values;
}

// One unroll, forward and back, with the feature maps of one block. The final regulariser is one without data consistency.
struct UnrolledNetwork::Unroll {
    std::shared_ptr<Network const> network;
    std::optional<LearnedNumber> parameter;
    DataTerm const& data;
    DataConsistencyConfig const& config;
    BlockPartition const& partition;
    SolverReport& report;
    index_t number; // 1 for the first

    bool cg() const { return config.kind == DataConsistency::cg; }

    // Neither this nor the store holds x on the device once it is not needed: CG works in four volumes.
    Tensor<complex> forward(Tensor<complex> x, VolumeStore& store) const {
        Tensor<complex> z(x.context(), x.shape());
        Blockwise{*network, partition}.forward(x, z);
        x = {};
        store.settle();
        require(std::isfinite(norm(z)), "unroll {}: the output of the regulariser is not finite", number);
        if (parameter && cg())
            cg_step(data, std::exp(parameter->value()), z, config, report);
        else if (parameter)
            gradient_step(data, parameter->value(), z);
        return z;
    }

    // g becomes dL/dz. Volumes x_k and x_{k+1} are fetched when they are needed and not before. z is computed again
    // block by block in any case, so what the gradient of the parameter needs of it, an inner product, is taken there.
    // Returns dL/dx_k, or nothing where it is not wanted.
    Tensor<complex> backward(Tensor<complex> const& g, VolumeStore& store, std::size_t k, bool wanted) const {
        Blockwise const regulariser{*network, partition};
        double const value = !parameter ? 0 : cg() ? std::exp(parameter->value()) : parameter->value();
        double rest = 0;
        Tensor<complex> probe;
        if (!parameter) {
            // dL/dz is g
        } else if (cg()) {
            cg_step_pullback(data, value, g, config, report);
            rest = -value * dot(g, store.get(k + 1)).re;
            axpby(value, g, 0, g);
            probe = g; // lambda v
        } else {
            rest = dot(g, data.b).re;
            probe = gradient_step_pullback(data, value, g);
        }
        store.pop();
        auto gx = wanted ? Tensor<complex>::zeros(g.context(), g.shape()) : Tensor<complex>();
        double const inner = regulariser.backward(store.get(k), g, gx, probe);
        if (parameter) parameter->add_to_gradient(cg() ? rest + inner : rest - inner);
        return gx;
    }
};

Var UnrolledNetwork::forward(Tape& tape, DataTerm const& data, Var const& x0, MemoryConfig const& memory,
    std::shared_ptr<SolverReport> const& report) const {
    auto const& consistency = config_.data_consistency;
    if (memory.policy == MemoryPolicy::full) {
        Var x = x0;
        for (index_t k = 0; k < config_.unrolls; ++k) {
            auto const z = informed(k, data.conditions)->forward(tape, x);
            auto const parameter = data_parameter(k, data.conditions);
            x = consistency.kind == DataConsistency::cg ? cg_solve(tape, data, z, parameter, consistency, report)
                                                        : gradient_descent(tape, data, z, parameter);
        }
        if (config_.final_regulariser) x = informed(config_.unrolls, data.conditions)->forward(tape, x);
        return x;
    }

    Matrix const volume{x0.shape()[0], x0.shape()[1], x0.shape()[2]};
    auto const seen = reach();
    auto const partition = std::make_shared<BlockPartition>(volume, memory.policy == MemoryPolicy::block ? memory.patch : volume,
        memory.halo.value_or(seen.radius), seen.alignment);
    auto const store = std::make_shared<VolumeStore>(x0.context(), memory.checkpoints);
    if (tape.recording()) store->push(as_complex(x0.value()));
    auto const unroll = [this, data, &consistency, partition, report](index_t i) {
        std::optional<LearnedNumber> parameter;
        if (i < config_.unrolls) parameter = data_parameter(i, data.conditions);
        return Unroll{informed(i, data.conditions), parameter, data, consistency, *partition, *report, i + 1};
    };
    Var x = x0;
    bool const trained = data_parameters_.front().trained();
    for (index_t k = 0; k < stages(); ++k) {
        auto previous = as_complex(std::move(x).release());
        auto const next = unroll(k).forward(std::move(previous), *store);
        if (report->progress && k < config_.unrolls) report->progress(k + 1);
        if (tape.recording()) store->push(next);
        x = tape.record(as_channels(next), x.slot() || trained, [=, slot = x.slot()](Tensor<real> gradient) {
            auto const g = as_complex(gradient.unique() ? std::exchange(gradient, {}) : gradient.clone());
            auto const gx = unroll(k).backward(g, *store, static_cast<std::size_t>(k), bool(slot));
            if (slot) slot.add(as_channels(gx));
        });
    }
    return x;
}

} // namespace tessera
