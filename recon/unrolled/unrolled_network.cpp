#include "recon/unrolled/unrolled_network.h"

#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "nn/complex_channels.h"
#include "recon/unrolled/blockwise.h"
#include "recon/unrolled/informed_network.h"

#include <cmath>

namespace tessera {

UnrolledNetwork::UnrolledNetwork(ModelConfig const& config, ParameterList& parameters)
    : config_(config), consistency_(make_data_consistency(config.data_consistency)) {
    index_t const sets = config.shared_weights ? 1 : config.unrolls;
    for (index_t k = 0; k < sets; ++k) {
        networks_.push_back(make_network(config.network, parameters,
            config.shared_weights ? "regulariser." : fmt::format("regularisers.{}.", k), config.informed ? kNumbersTold : 0));
        std::string const name = consistency_->parameter_name();
        data_parameters_.push_back(
            parameters.add_constant(config.shared_weights ? name : fmt::format("{}.{}", name, k), {1}, consistency_->parameter_start()));
        if (config.informed)
            slopes_.push_back(parameters.add_constant(config.shared_weights ? name + "_slopes" : fmt::format("{}_slopes.{}", name, k),
                {kNumbersTold}, 0));
    }
}

// The network of a stage: of an unroll, or, with the weights of the last, of what follows after all of them.
std::unique_ptr<Network> UnrolledNetwork::regulariser(index_t stage, ScanConditions const& conditions) const {
    Network const& network = *networks_[static_cast<std::size_t>(config_.shared_weights ? 0 : std::min(stage, config_.unrolls - 1))];
    return std::make_unique<InformedNetwork>(network, conditions, static_cast<double>(stage) / static_cast<double>(config_.unrolls),
        config_.informed);
}

LearnedNumber UnrolledNetwork::data_parameter(index_t unroll, ScanConditions const& conditions) const {
    auto const set = static_cast<std::size_t>(config_.shared_weights ? 0 : unroll);
    if (!config_.informed) return {data_parameters_[set], {}, {}};
    return {data_parameters_[set], slopes_[set],
        numbers_told(conditions, static_cast<double>(unroll) / static_cast<double>(config_.unrolls))};
}

std::vector<double> UnrolledNetwork::weights_of_data() const {
    std::vector<double> values;
    for (auto const& p : data_parameters_) values.push_back(consistency_->value(scalar(p)));
    return values;
}

// One unroll, forward and back, with the feature maps of one block. The final regulariser is one that has no data consistency.
struct UnrolledNetwork::Unroll {
    std::shared_ptr<Network const> network;
    std::optional<LearnedNumber> parameter;
    DataTerm const& data;  // without its b
    VolumeStore& measured; // b
    DataConsistencyStep const& consistency;
    BlockPartition const& partition;
    SolverReport& report;
    index_t number; // 1 for the first

    DataTerm whole_data() const {
        DataTerm all = data;
        all.b = measured.get(0);
        return all;
    }

    // Neither this nor the store holds x on the device once it is not needed: CG works in four volumes.
    Tensor<complex> forward(Tensor<complex> x, VolumeStore& store) const {
        Stage const stage(x.context(), "unroll");
        Tensor<complex> z(x.context(), x.shape());
        {
            Stage const regularising(x.context(), "network");
            Blockwise{*network, partition}.forward(x, z);
        }
        x = {};
        store.settle();
        require(std::isfinite(norm(z)), "unroll {}: the output of the regulariser is not finite", number);
        if (!parameter) return z;
        Stage const consisting(z.context(), "data consistency");
        consistency.step(whole_data(), parameter->value(), z, report);
        return z;
    }

    // g becomes dL/dz. Volumes x_k and x_{k+1} are fetched when they are needed and not before. z is computed again
    // block by block in any case, so what the gradient of the parameter needs of it, an inner product, is taken there.
    // Returns dL/dx_k, or nothing where it is not wanted.
    Tensor<complex> backward(Tensor<complex> const& g, VolumeStore& store, std::size_t k, bool wanted) const {
        Stage const stage(g.context(), "unroll back");
        DataConsistencyStep::ParameterGradient own;
        if (parameter) {
            Stage const consisting(g.context(), "data consistency");
            own = consistency.pullback(
                whole_data(), parameter->value(), [&] { return store.get(k + 1); }, g, report);
        }
        store.pop();
        Stage const regularising(g.context(), "network");
        auto gx = wanted ? Tensor<complex>::zeros(g.context(), g.shape()) : Tensor<complex>();
        double const inner = Blockwise{*network, partition}.backward(store.get(k), g, gx, own.probe);
        if (parameter) parameter->add_to_gradient(own.constant + own.factor * inner);
        return gx;
    }
};

Var UnrolledNetwork::forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory,
    std::shared_ptr<SolverReport> const& report) const {
    if (memory.policy == MemoryPolicy::full) {
        Var x = std::move(x0);
        for (index_t k = 0; k < config_.unrolls; ++k) {
            auto const z = regulariser(k, data.conditions)->forward(tape, x);
            x = data_consistency(tape, consistency_, data, z, data_parameter(k, data.conditions), report);
        }
        if (config_.final_regulariser) x = regulariser(config_.unrolls, data.conditions)->forward(tape, x);
        return x;
    }

    Matrix const volume{x0.shape()[0], x0.shape()[1], x0.shape()[2]};
    auto const seen = reach();
    auto const partition = std::make_shared<BlockPartition>(volume, memory.policy == MemoryPolicy::block ? memory.patch : volume,
        memory.halo.value_or(seen.radius), seen.alignment);
    auto const store = std::make_shared<VolumeStore>(x0.context(), memory.checkpoints);
    auto const measured = std::make_shared<VolumeStore>(x0.context(), memory.checkpoints); // b waits where the checkpoints do
    measured->push(std::exchange(data.b, {}));
    if (tape.recording()) store->push(as_complex(x0.value()));
    auto const unroll = [this, data, measured, partition, report](index_t i) {
        std::optional<LearnedNumber> parameter;
        if (i < config_.unrolls) parameter = data_parameter(i, data.conditions);
        return Unroll{regulariser(i, data.conditions), parameter, data, *measured, *consistency_, *partition, *report, i + 1};
    };
    Var x = std::move(x0);
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
