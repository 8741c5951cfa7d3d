// Cutting the oversampled grid into tiles, and points sorted by tile into pieces of work.
#pragma once

#include "core/arrays/tensor.h"
#include "kernels/gridding/gridding.h"

#include <vector>

namespace tessera {

Tiling make_tiling(Matrix const& grid, int width, Device device);

/// Pieces of work over the points sorted by tile, and where each colour begins among them.
struct Subproblems {
    std::vector<Subproblem> pieces;    ///< sorted by colour
    std::vector<std::int32_t> colours; ///< [colours + 1]
};

/// start: [tiles + 1], the sorted points of each tile. On the cpu a tile is one piece, and tiles of one colour do not
/// reach into each other; elsewhere (atomics) there is one colour and tiles are split for even work.
Subproblems make_subproblems(Tiling const& tiling, std::vector<std::int32_t> const& start, Device device);

/// The most pieces that so many points can be cut into.
index_t most_subproblems(Tiling const& tiling, index_t points, Device device);

} // namespace tessera
