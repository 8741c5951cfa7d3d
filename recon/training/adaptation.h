// Trained weights, fitted to one scan.
#pragma once

#include "recon/methods/recon_config.h"
#include "recon/training/training_config.h"

namespace tessera {

/// A configuration with `adapt` completed from the header of its initial weights: their network, memory policy and density
/// compensation; self-supervised on the scans of /data/train, which are validated as well; few and small steps. `given`: JSON pointers of
/// the fields that the user wrote, which stay. Throws Error for weights that cannot be read.
///
/// Source: Yaman et al. 2022, zero-shot self-supervised learning, arXiv:2102.07737.
TrainingConfig adapted(TrainingConfig config, std::vector<std::string> const& given);

/// Where /initial_weights is empty: with those that come with the program for the first scan, of whose file the header is read.
TrainingConfig with_weights(TrainingConfig config);

/// How /mbdl/adapt of a reconstruction fits its weights to its scan, in the folder `output`. Throws Error for other methods than mbdl.
TrainingConfig adaptation_of(ReconConfig const& config, std::filesystem::path const& output);

} // namespace tessera
