#include "recon/planner/training_plan.h"

#include "recon/planner/scan_notes.h"
#include "recon/training/trainer.h"

#include <algorithm>

namespace tessera {

Plan plan_training(Device device, Rates const& rates, TrainingConfig const& config) {
    index_t rehearsed = 0;
    auto plan = rehearse(device, rates, [&](Context const& context) {
        Trainer trainer(context, config);
        auto const scans = static_cast<index_t>(trainer.training_set().size());
        rehearsed = std::min(config.steps, (scans + config.batch - 1) / config.batch + 1); // the second finds what the first left
        auto const validate = [&] { // at both ends, as a run does: operators may be kept
            if (trainer.has_validation()) trainer.validate();
        };
        validate();
        for (index_t i = 0; i < rehearsed; ++i) trainer.step();
        validate();
    });
    plan.seconds = 0;
    auto const steps = static_cast<double>(config.steps) / static_cast<double>(rehearsed);
    auto const validations = (1 + static_cast<double>((config.steps - 1) / config.validate_every + 1)) / 2; // of two rehearsed ones
    double times = 1;                                                                                       // of the stage at the top
    for (auto& s : plan.stages) {
        if (s.depth == 0) times = s.name == "step" ? steps : s.name == "validation" ? validations : 1;
        s.seconds *= times;
        if (s.depth == 0) plan.seconds += s.seconds;
    }
    note_unknown(plan, config.data.scan);
    return plan;
}

std::vector<Saving<TrainingConfig>> training_savings() {
    return {
        {"/memory/checkpoints",
            [](TrainingConfig& c) {
                return c.memory.policy != MemoryPolicy::full &&
                    std::exchange(c.memory.checkpoints, CheckpointPlace::host) != CheckpointPlace::host;
            }},
        {"/data/keep_operators",
            [](TrainingConfig& c) {
                if (c.data.keep_operators != KeptOperators::device) return false;
                c.data.keep_operators = KeptOperators::host;
                return true;
            }},
        {"/data/keep_operators",
            [](TrainingConfig& c) { return std::exchange(c.data.keep_operators, KeptOperators::nothing) != KeptOperators::nothing; }},
        {"/memory/policy", [](TrainingConfig& c) { return std::exchange(c.memory.policy, MemoryPolicy::block) != MemoryPolicy::block; }},
        {"/memory/patch", [](TrainingConfig& c) { return c.memory.policy == MemoryPolicy::block && halve_patch(c.memory.patch); }},
        {"/data/scan/nufft/coils_per_pass", [](TrainingConfig& c) { return halve_coils(c.data.scan.nufft.coils_per_pass); }},
        {"/data/scan/kspace_on_disk", [](TrainingConfig& c) { return !std::exchange(c.data.scan.kspace_on_disk, true); }},
        {"/data/normal",
            [](TrainingConfig& c) { return std::exchange(c.data.normal, NormalOperator::gridded) != NormalOperator::gridded; }},
    };
}

} // namespace tessera
