// Trained weights, fitted to one scan.
#pragma once

#include "recon/training/training_config.h"

namespace tessera {

/// A configuration with `adapt` completed from the header of its initial weights: their network, memory policy and density
/// compensation; self-supervised on the scans of /data/train, which are validated as well; few and small steps. `given`: JSON pointers of
/// the fields that the user wrote, which stay. Throws Error for weights that cannot be read.
///
/// Source: Yaman et al. 2022, zero-shot self-supervised learning, arXiv:2102.07737.
TrainingConfig adapted(TrainingConfig config, std::vector<std::string> const& given);

} // namespace tessera
