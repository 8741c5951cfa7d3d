#include "kernels/gridding/gridding.h"

#include "kernels/launch.h"

#include <limits>

namespace tessera {
namespace {

constexpr real kJustBelowOne = 1 - std::numeric_limits<real>::epsilon();

} // namespace

template <> void execute<kDevice>(Stream stream, LocatePoints const& k) {
    auto const kernel = k;
    for_each(stream, k.points.size(), TESSERA_LAMBDA(index_t i) {
        std::int32_t tile_of[3];
        real position[3];
        for (int d = 0; d < 3; ++d) {
            Tiling const& t = kernel.tiling;
            // Double: at 1e-6 accuracy, float would lose the fraction far from the centre of k-space.
            double const g = kernel.trajectory(i, 2 - d) * kernel.scale[d];
            double const first = t.cells[d] == 1 ? 0.0 : g - 0.5 * t.width[d] + 1.0;
            double wrapped = first - t.cells[d] * floor(first / t.cells[d]);
            if (!(wrapped < t.cells[d])) wrapped = 0; // first was a tiny negative number
            auto const tile = static_cast<std::int32_t>(wrapped) / t.tile[d];
            tile_of[d] = tile;
            double const end = fmin(static_cast<double>(t.tile[d]), static_cast<double>(t.cells[d] - tile * t.tile[d]));
            position[d] = static_cast<real>(wrapped - static_cast<double>(tile) * t.tile[d]);
            if (!(position[d] < end)) position[d] = kJustBelowOne * static_cast<real>(end); // rounded up into the next tile
        }
        kernel.points[i] = {position[0], position[1], position[2], static_cast<std::int32_t>(i)};
        kernel.tile[i] = (tile_of[0] * kernel.tiling.tiles[1] + tile_of[1]) * kernel.tiling.tiles[2] + tile_of[2];
    });
}

} // namespace tessera
