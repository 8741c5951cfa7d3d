#include "recon/models/models.h"

#include "recon/models/equilibrium_network.h"
#include "recon/unrolled/unrolled_network.h"

namespace tessera {

std::unique_ptr<ReconstructionNetwork> make_model(ModelConfig const& config, ParameterList& parameters) {
    switch (config.kind) {
    case ModelKind::unrolled: return std::make_unique<UnrolledNetwork>(config, parameters);
    case ModelKind::equilibrium: return std::make_unique<EquilibriumNetwork>(config, parameters);
    }
    fail("model: no such kind");
}

} // namespace tessera
