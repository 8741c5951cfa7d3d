#include "recon/unrolled/unrolled_network.h"

#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "nn/complex_channels.h"
#include "recon/unrolled/blockwise.h"

#include <cmath>

namespace tessera {

UnrolledNetwork::UnrolledNetwork(ModelConfig const& config, ParameterList& parameters)
    : config_(config), consistency_(make_data_consistency(config.data_consistency)) {
    index_t const sets = config.shared_weights ? 1 : config.unrolls;
    for (index_t k = 0; k < sets; ++k) {
        networks_.push_back(make_network(config.network, parameters, config.shared_weights ? "regulariser." : fmt::format("regularisers.{}.", k)));
        std::string const name = consistency_->parameter_name();
        data_parameters_.push_back(
            parameters.add_constant(config.shared_weights ? name : fmt::format("{}.{}", name, k), {1}, consistency_->parameter_start()));
    }
}

std::vector<double> UnrolledNetwork::weights_of_data() const {
    std::vector<double> values;
    for (auto const& p : data_parameters_) values.push_back(consistency_->value(scalar(p)));
    return values;
}

// One unroll, forward and back, with the feature maps of one block.
struct UnrolledNetwork::Unroll {
    Network const& network;
    Parameter const& parameter;
    DataTerm const& data;  // without its b
    VolumeStore& measured; // b
    DataConsistencyStep const& consistency;
    BlockPartition const& partition;
    SolverReport& report;
    index_t number; // 1 for the first

    // Neither this nor the store holds x on the device once it is not needed: CG works in four volumes.
    Tensor<complex> forward(Tensor<complex> x, VolumeStore& store) const {
        Stage const stage(x.context(), "unroll");
        Tensor<complex> z(x.context(), x.shape());
        {
            Stage const regularising(x.context(), "network");
            Blockwise{network, partition}.forward(x, z);
        }
        x = {};
        store.settle();
        require(std::isfinite(norm(z)), "unroll {}: the output of the regulariser is not finite", number);
        Stage const consisting(z.context(), "data consistency");
        consistency.step({data.model, measured.get(0)}, scalar(parameter), z, report);
        return z;
    }

    // g becomes dL/dz. Volumes x_k and x_{k+1} are fetched when they are needed and not before. z is computed again
    // block by block in any case, so what the gradient of the parameter needs of it, an inner product, is taken there.
    // Returns dL/dx_k, or nothing where it is not wanted.
    Tensor<complex> backward(Tensor<complex> const& g, VolumeStore& store, std::size_t k, bool wanted) const {
        Stage const stage(g.context(), "unroll back");
        auto const own = [&] {
            Stage const consisting(g.context(), "data consistency");
            return consistency.pullback({data.model, measured.get(0)}, scalar(parameter), [&] { return store.get(k + 1); }, g, report);
        }();
        store.pop();
        Stage const regularising(g.context(), "network");
        auto gx = wanted ? Tensor<complex>::zeros(g.context(), g.shape()) : Tensor<complex>();
        double const inner = Blockwise{network, partition}.backward(store.get(k), g, gx, own.probe);
        add_to_gradient(parameter, own.constant + own.factor * inner);
        return gx;
    }
};

Var UnrolledNetwork::forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory,
    std::shared_ptr<SolverReport> const& report) const {
    auto const set = [this](index_t k) { return static_cast<std::size_t>(config_.shared_weights ? 0 : k); };
    if (memory.policy == MemoryPolicy::full) {
        Var x = std::move(x0);
        for (index_t k = 0; k < config_.unrolls; ++k) {
            auto const z = networks_[set(k)]->forward(tape, x);
            x = data_consistency(tape, consistency_, data, z, data_parameters_[set(k)], report);
        }
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
    auto const unroll = [this, data, measured, partition, report, set](index_t i) {
        return Unroll{*networks_[set(i)], data_parameters_[set(i)], data, *measured, *consistency_, *partition, *report, i + 1};
    };
    Var x = std::move(x0);
    for (index_t k = 0; k < config_.unrolls; ++k) {
        auto previous = as_complex(std::move(x).release());
        auto const next = unroll(k).forward(std::move(previous), *store);
        if (report->progress) report->progress(k + 1);
        if (tape.recording()) store->push(next);
        bool const trained = data_parameters_[set(k)].trained();
        x = tape.record(as_channels(next), x.slot() || trained, [=, slot = x.slot()](Tensor<real> gradient) {
            auto const g = as_complex(gradient.unique() ? std::exchange(gradient, {}) : gradient.clone());
            auto const gx = unroll(k).backward(g, *store, static_cast<std::size_t>(k), bool(slot));
            if (slot) slot.add(as_channels(gx));
        });
    }
    return x;
}

} // namespace tessera
