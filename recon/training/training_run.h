// A training run from its first step to its report.
#pragma once

#include "core/device/context.h"
#include "recon/training/training_config.h"

#include <filesystem>
#include <optional>

namespace tessera {

/// Trains as `config` says, goes on from `checkpoint` where there is one, and leaves everything in the folder /output (RunFolder), also where
/// it is interrupted or fails. `program`: name and version of who runs it, for the log.
/// Throws Error where the folder has a run that should not go on, and what the steps throw.
void run_training(Context const& context, TrainingConfig const& config, std::optional<std::filesystem::path> const& checkpoint,
    char const* program);

} // namespace tessera
