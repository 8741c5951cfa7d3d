// A regularising network applied block by block.
#pragma once

#include "core/arrays/tensor.h"
#include "nn/network.h"
#include "recon/unrolled/block_partition.h"

namespace tessera {

/// z = R(x), where the memory for the network's feature maps is that of one block.
///
/// With a halo of at least the network's radius, the result and its gradients are those of the network on the whole
/// volume, up to rounding. Source: Miller, Pirasteh, Johnson 2023, arXiv:2204.13862.
struct Blockwise {
    Network const& network;
    BlockPartition const& partition;

    /// x, z: [z, y, x], different memory.
    void forward(Tensor<complex> const& x, Tensor<complex> const& z) const;

    /// Runs every block again, with a tape: adds R's pullback of gz to gx and to the gradients of the parameters.
    /// Returns Re <probe, R(x)>, for gradients that need z, which is not kept; 0 where probe is empty.
    /// Shapes: all [z, y, x]; gx is not gz, and empty where it is not wanted.
    double backward(Tensor<complex> const& x, Tensor<complex> const& gz, Tensor<complex> const& gx, Tensor<complex> const& probe) const;
};

} // namespace tessera
