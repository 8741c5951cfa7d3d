#include "nn/networks/complex_resnet3d.h"

namespace tessera {

ComplexResnet3d::ComplexResnet3d(ComplexResnet3dConfig const& c, index_t told, ParameterList& parameters, std::string const& prefix)
    : Residual(c, parameters, prefix, 1, told,
          [&](std::string const& name) { return ModReluLayer(parameters, name, c.channels, -c.threshold); }) {}

} // namespace tessera
