#include "recon/unrolled/unrolled_network.h"

#include "nn/complex_channels.h"
#include "recon/unrolled/model_step.h"

namespace tessera {

std::shared_ptr<Network const> UnrolledNetwork::regulariser(index_t stage, ScanConditions const& conditions) const {
    return weights_.regulariser(set_of(stage), place_of(stage), conditions);
}

LearnedNumber UnrolledNetwork::data_parameter(index_t unroll, ScanConditions const& conditions) const {
    return weights_.number(set_of(unroll), place_of(unroll), conditions);
}

Var UnrolledNetwork::forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory,
    std::shared_ptr<SolverReport> const& report) const {
    if (memory.policy == MemoryPolicy::full) {
        Var x = std::move(x0);
        for (index_t k = 0; k < config_.unrolls; ++k) {
            auto const z = regulariser(k, data.conditions)->forward(tape, x, {});
            x = data_consistency(tape, weights_.consistency(), data, z, data_parameter(k, data.conditions), report);
        }
        if (config_.final_regulariser) x = regulariser(config_.unrolls, data.conditions)->forward(tape, x, {});
        return x;
    }

    auto const conditions = data.conditions;
    auto const scan = std::make_shared<ScanInBlocks>(std::move(data), memory, reach(), report);
    auto const kept = std::make_shared<VolumeStore>(x0.context(), memory.checkpoints);
    if (tape.recording()) kept->push(as_complex(x0.value()));
    Var x = std::move(x0);
    for (index_t k = 0; k < stages(); ++k) {
        std::optional<LearnedNumber> parameter;
        if (k < config_.unrolls) parameter = data_parameter(k, conditions);
        x = ModelStep(scan, regulariser(k, conditions), weights_.consistency(), parameter, k + 1)
                .on_tape(tape, std::move(x), weights_.trained(), kept);
        if (report->progress && k < config_.unrolls) report->progress(k + 1);
    }
    return x;
}

} // namespace tessera
