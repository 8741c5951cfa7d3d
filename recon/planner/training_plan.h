// The plan of tessera-train.
#pragma once

#include "recon/planner/fit.h"
#include "recon/training/training_config.h"

namespace tessera {

/// What a training run needs, configured as it is: a step with every scan and a validation are rehearsed, the time is that of all steps.
Plan plan_training(Device device, Rates const& rates, TrainingConfig const& config);

/// What makes training need less memory, best first.
std::vector<Saving<TrainingConfig>> training_savings();

} // namespace tessera
