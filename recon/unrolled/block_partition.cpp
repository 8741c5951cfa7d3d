#include "recon/unrolled/block_partition.h"

namespace tessera {

BlockPartition::BlockPartition(Matrix const& volume, Matrix const& patch, index_t halo, index_t alignment) : volume_(volume) {
    require(halo >= 0 && alignment >= 1, "block partition: halo {} and alignment {}, expected at least 0 and 1", halo, alignment);
    Matrix count;
    for (int d = 0; d < 3; ++d) {
        require(volume[d] >= 1 && patch[d] >= 1, "block partition: patches of {} x {} x {} on {} x {} x {} voxels", patch[0], patch[1],
            patch[2], volume[0], volume[1], volume[2]);
        count[d] = (volume[d] - 1) / patch[d] + 1;
        core_[d] = (volume[d] - 1) / count[d] + 1;
        count[d] = (volume[d] - 1) / core_[d] + 1; // rounding up may need fewer
    }
    for (index_t z = 0; z < count[0]; ++z)
        for (index_t y = 0; y < count[1]; ++y)
            for (index_t x = 0; x < count[2]; ++x) {
                Matrix const at{z, y, x};
                Block block;
                for (int d = 0; d < 3; ++d) {
                    index_t const low = at[d] * core_[d], high = std::min(volume[d], low + core_[d]);
                    block.core.low[d] = low;
                    block.core.high[d] = high;
                    block.read.low[d] = std::max<index_t>(0, low - halo) / alignment * alignment;
                    block.read.high[d] = std::min(volume[d], (high + halo + alignment - 1) / alignment * alignment);
                }
                blocks_.push_back(block);
            }
}

} // namespace tessera
