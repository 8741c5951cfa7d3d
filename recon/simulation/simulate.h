// Simulated multi-coil acquisitions.
#pragma once

#include "recon/simulation/simulation_config.h"

namespace tessera {

/// Simulates one scan: k-space with noise, trajectory, noise prescan, maps, and the band-limited object as reference.
///
/// Where the object breathes, the reference is the object at end-expiration, and times and the true way of the diaphragm (mm) come along.
/// Everything is returned in host memory; transforms run in `context`. `progress`, where given, is called with the number
/// of coils done. Throws Error for settings that do not fit together.
Acquisition simulate(Context const& context, SimulationConfig const& config, std::function<void(index_t)> const& progress = {});

} // namespace tessera
