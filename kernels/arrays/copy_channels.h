// Channels of feature maps moved between maps.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// Of every voxel, `count` channels starting at from_first become those starting at to_first. Maps are [voxel, channel].
struct CopyChannels {
    View<real const, 2> from;
    index_t from_first;
    View<real, 2> to;
    index_t to_first, count;
};

} // namespace tessera
