// A residual network.
#pragma once

#include "nn/layers.h"
#include "nn/network.h"

#include <vector>

namespace tessera {

/// x + tail(blocks(head(x))), each block h + conv(act(conv(... h))) with a leaky ReLU between its convolutions.
/// Parameters: head, blocks.<i>.convs.<j> and tail, each with weight and bias.
/// Source: Lim et al. 2017, doi:10.1109/CVPRW.2017.151 (blocks without normalisation), here in 3D.
class Resnet3d final : public Network {
public:
    Resnet3d(Resnet3dConfig const& config, ParameterList& parameters, std::string const& prefix);
    Var forward(Tape& tape, Var const& x) const override;
    Reach reach() const override;

private:
    double slope_;
    Conv3d head_;
    std::vector<std::vector<Conv3d>> blocks_;
    Conv3d tail_;
};

} // namespace tessera
