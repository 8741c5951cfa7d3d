#include "nn/networks/resnet3d.h"

namespace tessera {

Resnet3d::Resnet3d(Resnet3dConfig const& c, index_t told, ParameterList& parameters, std::string const& prefix)
    : Residual(c, parameters, prefix, 2, told, [&](std::string const&) { return LeakyReluLayer(c.slope); }) {}

} // namespace tessera
