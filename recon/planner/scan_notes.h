// What a plan cannot know.
#pragma once

#include "recon/methods/recon_config.h"
#include "recon/planner/plan.h"

namespace tessera {

/// Notes what only the data will tell: a field of view, a number of virtual coils.
inline void note_unknown(Plan& plan, ScanConfig const& config) {
    if (config.fov == FieldOfView::automatic)
        plan.notes.push_back(
            "planned for the matrix of the file: /fov \"auto\" finds another one in the data, at most twice as large along an axis");
    if (!config.coils.virtual_coils && config.coils.energy < 1)
        plan.notes.push_back("planned for all coils: /coils/energy finds in the data how many virtual ones there will be");
}

} // namespace tessera
