// A residual network in which real and imaginary part are two channels of the first and last map.
#pragma once

#include "nn/layers.h"
#include "nn/networks/residual.h"

namespace tessera {

/// See Residual; its activation, a leaky ReLU, has no parameters.
class Resnet3d final : public Residual<Conv3d, LeakyReluLayer> {
public:
    Resnet3d(Resnet3dConfig const& config, index_t told, ParameterList& parameters, std::string const& prefix);
};

} // namespace tessera
