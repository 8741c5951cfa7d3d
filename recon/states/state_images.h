// Every state of a scan reconstructed.
#pragma once

#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/states/state_scans.h"

namespace tessera {

struct StateImages {
    Tensor<complex> images; ///< [state, z, y, x] in host memory, in the scale of the data
    std::vector<std::string> warnings;
};

/// By the configured method: state by state, or all of them at once (recon/states/joint_states.h). `listen` gets the name of what follows.
/// Throws Error where the configuration asks for what is made of one image only, before anything is computed.
StateImages reconstruct_states(StateScans const& states, ReconConfig const& config,
    std::function<MethodProgress(std::string const&)> const& listen = {});

/// Throws Error where the configuration asks for what several states do not have: a sweep, trust, weights that are fitted to the scan.
void require_possible_with_states(ReconConfig const& config);

} // namespace tessera
