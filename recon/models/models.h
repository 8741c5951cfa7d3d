// Models by their kind.
#pragma once

#include "recon/unrolled/reconstruction_network.h"

namespace tessera {

/// The model of config.kind; adds its parameters to the list, under the same names for all kinds. Throws Error for what a kind has not.
std::unique_ptr<ReconstructionNetwork> make_model(ModelConfig const& config, ParameterList& parameters);

} // namespace tessera
