#include "nn/network.h"

#include "nn/networks/complex_resnet3d.h"
#include "nn/networks/resnet3d.h"
#include "nn/networks/unet3d.h"

namespace tessera {

std::unique_ptr<Network> make_network(NetworkConfig const& config, ParameterList& parameters, std::string const& prefix, index_t told) {
    switch (config.kind) {
    case NetworkKind::resnet3d: return std::make_unique<Resnet3d>(config.resnet3d, told, parameters, prefix);
    case NetworkKind::complex_resnet3d: return std::make_unique<ComplexResnet3d>(config.complex_resnet3d, told, parameters, prefix);
    case NetworkKind::unet3d: return std::make_unique<Unet3d>(config.unet3d, told, parameters, prefix);
    }
    fail("network: no such kind");
}

} // namespace tessera
