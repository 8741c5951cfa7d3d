#include "nn/network.h"

#include "nn/networks/resnet3d.h"

namespace tessera {

std::unique_ptr<Network> make_network(NetworkConfig const& config, ParameterList& parameters, std::string const& prefix) {
    switch (config.kind) {
    case NetworkKind::resnet3d: return std::make_unique<Resnet3d>(config.resnet3d, parameters, prefix);
    }
    fail("network: no such kind");
}

} // namespace tessera
