// What a run will need, found by rehearsing it.
#pragma once

#include "core/device/stage.h"
#include "recon/planner/rates.h"

#include <functional>
#include <string>
#include <vector>

namespace tessera {

struct PlannedStage {
    std::string name;
    std::size_t depth = 0;                                  ///< stages that it is part of
    std::size_t calls = 0;                                  ///< in the rehearsal
    std::size_t device_peak_bytes = 0, host_peak_bytes = 0; ///< of all that lives then
    double seconds = 0;                                     ///< of all calls, parts included
};

/// Peaks are those of the allocators of a context and of its host(); seconds is an estimate.
struct Plan {
    std::size_t device_peak_bytes = 0, host_peak_bytes = 0;
    double seconds = 0;
    std::vector<PlannedStage> stages;
    std::vector<std::string> notes; ///< what was chosen, and what the headers do not tell; one sentence each
};

/// Runs `program` in a rehearsal of `device`, without messages. Throws what it throws.
Plan rehearse(Device device, Rates const& rates, std::function<void(Context const&)> const& program);

/// What a run in `context` has taken so far, in the same form: its time is measured.
Plan measured(Context const& context);

/// A table for a terminal.
std::string table(Plan const& plan, Device device);
/// One object: device_peak_bytes, host_peak_bytes, seconds, stages (the fields of PlannedStage) and notes.
std::string json(Plan const& plan);

} // namespace tessera
