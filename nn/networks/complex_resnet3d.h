// A residual network of complex numbers.
#pragma once

#include "nn/layers.h"
#include "nn/networks/residual.h"

namespace tessera {

/// See Residual; its activation is modReLU. Without its biases it would commute with a change of the volume's phase.
class ComplexResnet3d final : public Residual<ComplexConv3d, ModReluLayer> {
public:
    ComplexResnet3d(ComplexResnet3dConfig const& config, index_t told, ParameterList& parameters, std::string const& prefix);
};

} // namespace tessera
