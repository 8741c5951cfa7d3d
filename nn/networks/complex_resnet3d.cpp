#include "nn/networks/complex_resnet3d.h"

namespace tessera {

ComplexResnet3d::ComplexResnet3d(ComplexResnet3dConfig const& c, ParameterList& parameters, std::string const& prefix)
    : Residual(c, parameters, prefix, 1, [&](std::string const& name) { return ModReluLayer(parameters, name, c.channels, -c.threshold); }) {}

} // namespace tessera
