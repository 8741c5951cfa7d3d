// The plan of tessera-compare.
#pragma once

#include "recon/comparison/comparison_config.h"
#include "recon/planner/fit.h"

namespace tessera {

/// What a comparison needs, configured as it is: all methods on all files, with the checks of trust on the first ones.
Plan plan_comparison(Device device, Rates const& rates, ComparisonConfig const& config);

/// What makes a comparison need less memory, best first.
std::vector<Saving<ComparisonConfig>> comparison_savings();

} // namespace tessera
