// The networks that may regularise, chosen and sized by the configuration.
//
// Every output voxel depends on a neighbourhood of the input only, so that a network may be run on boxes cut out of a
// volume (Reach). Layers with statistics of the whole volume, batch and instance normalisation, would break that: their
// output changes everywhere with the box. That is why there are none.
#pragma once

#include "nn/network_config.h"
#include "nn/parameter.h"
#include "nn/reach.h"
#include "nn/tape.h"

#include <memory>
#include <span>

namespace tessera {

/// A network from complex volumes to complex volumes of equal matrix, whatever it is: maps [z, y, x, 2].
///
/// The output is the input plus a correction whose last weights start at 0: an untrained network is the identity.
class Network {
public:
    virtual ~Network() = default;
    /// `told`: numbers about the scan that the output may depend on, as many as it was made for. Throws Error for another number.
    virtual Var forward(Tape& tape, Var const& x, std::span<double const> told = {}) const = 0;
    virtual Reach reach() const = 0;
};

/// Makes a network and adds its parameters, named like PyTorch's modules: prefix + "blocks.0.convs.1.weight".
/// `told`: how many numbers about the scan it sees beside the volume. Throws Error for sizes that cannot be.
std::unique_ptr<Network> make_network(NetworkConfig const& config, ParameterList& parameters, std::string const& prefix, index_t told = 0);

} // namespace tessera
