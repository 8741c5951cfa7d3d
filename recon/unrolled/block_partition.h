// Cuts a volume into blocks that a network can process one after the other.
#pragma once

#include "core/arrays/shape.h"

#include <vector>

namespace tessera {

/// Voxels [low, high) along z, y, x.
struct Box {
    Matrix low{}, high{};

    Matrix extent() const { return {high[0] - low[0], high[1] - low[1], high[2] - low[2]}; }
    friend bool operator==(Box const&, Box const&) = default;
};

/// One block: what is read of the input, and the part of it whose output is kept.
struct Block {
    Box core, read;
};

/// Blocks whose cores cover a volume without overlap.
///
/// A core has at most `patch` voxels along each axis; the volume is divided evenly, so a patch of 64 cuts 70 voxels into
/// 35 + 35. A block reads its core with `halo` more voxels on every side, rounded outwards to multiples of `alignment`
/// (counted from the first voxel of the volume) and clipped at the border of the volume.
class BlockPartition {
public:
    /// Throws Error for an empty volume or patch, a negative halo and an alignment below 1.
    BlockPartition(Matrix const& volume, Matrix const& patch, index_t halo, index_t alignment = 1);

    Matrix const& volume() const { return volume_; }
    /// Voxels of a core along each axis; the last one may be smaller.
    Matrix const& core() const { return core_; }
    std::vector<Block> const& blocks() const { return blocks_; }

private:
    Matrix volume_, core_{};
    std::vector<Block> blocks_;
};

} // namespace tessera
