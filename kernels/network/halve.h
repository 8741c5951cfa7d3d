// Between feature maps [z, y, x, channel] and maps of half their matrix, rounded up: a coarse voxel stands for a block of
// 2 x 2 x 2 fine ones, of which a border may have less. Maps have fewer than 2^32 voxels.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// fine = coarse of its block; with `mean`, divided by the number of fine voxels in the block.
struct SpreadBlocks {
    View<real const, 4> coarse;
    View<real, 4> fine;
    bool mean;
};

/// coarse = sum or mean of its block: the adjoint of SpreadBlocks.
struct GatherBlocks {
    View<real const, 4> fine;
    View<real, 4> coarse;
    bool mean;
};

} // namespace tessera
