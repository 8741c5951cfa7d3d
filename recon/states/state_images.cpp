#include "recon/states/state_images.h"

#include "recon/states/joint_states.h"

#include <algorithm>

namespace tessera {

void require_possible_with_states(ReconConfig const& config) {
    auto const refuse = [&](bool wanted, char const* field) {
        require(!wanted, "/states/count is {}: {} is for one image only", config.states.count, field);
    };
    refuse(!config.sweep.weights().empty(), "/sweep");
    refuse(config.trust, "/trust");
    refuse(config.outputs.snr_replicas > 0, "/outputs/snr_replicas");
    refuse(config.mbdl.adapt > 0, "/mbdl/adapt");
}

StateImages reconstruct_states(StateScans const& states, ReconConfig const& config,
    std::function<MethodProgress(std::string const&)> const& listen) {
    require_possible_with_states(config);
    std::string const method(config_name(config.method));
    auto const told = [&](std::string const& what) { return listen ? listen(what) : MethodProgress{}; };
    if (is_joint(config.method)) return {reconstruct_jointly(states, config.nufft, config, told(method)), {}};

    StateImages made;
    for (std::size_t s = 0; s < states.count(); ++s) {
        Reconstructor reconstruct(states[s], config);
        auto const image = reconstruct(config, told(fmt::format("{}, state {} of {}", method, s + 1, states.count())));
        if (s == 0) made.images = Tensor<complex>(image.context().host(), image.shape().prepended(static_cast<index_t>(states.count())));
        made.images[static_cast<index_t>(s)].copy_from(image);
        for (auto const& warning : reconstruct.warnings())
            if (std::find(made.warnings.begin(), made.warnings.end(), warning) == made.warnings.end()) made.warnings.push_back(warning);
    }
    return made;
}

} // namespace tessera
