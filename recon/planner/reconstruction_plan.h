// The plan of tessera-recon.
#pragma once

#include "recon/methods/recon_config.h"
#include "recon/planner/fit.h"

namespace tessera {

/// What a reconstruction needs, configured as it is. Throws Error as the reconstruction does, for what the headers tell.
Plan plan_reconstruction(Device device, Rates const& rates, ReconConfig const& config);

/// What makes a reconstruction need less memory, best first.
std::vector<Saving<ReconConfig>> reconstruction_savings();

} // namespace tessera
