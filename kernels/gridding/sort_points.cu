#include "kernels/gridding/gridding.h"

#include "kernels/launch.h"

#include <limits>

namespace tessera {
namespace {

constexpr real kJustBelowOne = 1 - std::numeric_limits<real>::epsilon();

void locate(Stream stream, SortPoints const& k) {
    auto const kernel = k;
    for_each(stream, k.tile.size(), TESSERA_LAMBDA(index_t i) {
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
        kernel.by_tile[i] = {position[0], position[1], position[2], static_cast<std::int32_t>(i)};
        kernel.tile[i] = (tile_of[0] * kernel.tiling.tiles[1] + tile_of[1]) * kernel.tiling.tiles[2] + tile_of[2];
    });
}

} // namespace

// Counting sort: rank every point within its tile, sum the counts, move the points.
template <> void execute<kDevice>(Stream stream, SortPoints const& k) {
    constexpr int kThreads = 256;
    auto const kernel = k;
    index_t const tiles = k.start.size() - 1;

    locate(stream, k);
    for_each(stream, tiles + 1, TESSERA_LAMBDA(index_t t) { kernel.start[t] = 0; });
    for_each(stream, k.tile.size(), TESSERA_LAMBDA(index_t i) { kernel.rank[i] = atomicAdd(&kernel.start[kernel.tile[i] + 1], 1); });

    // One block: each thread sums a stretch of tiles, the block scans the sums, each thread writes its stretch.
    launch<kThreads>(stream, 1, kThreads * sizeof(std::int32_t), TESSERA_LAMBDA() {
        auto* const sums = shared_memory<std::int32_t>();
        int const t = static_cast<int>(threadIdx.x);
        index_t const stretch = (tiles + kThreads - 1) / kThreads;
        index_t const first = t * stretch + 1;
        index_t const last = first + stretch < tiles + 1 ? first + stretch : tiles + 1;
        std::int32_t sum = 0;
        for (index_t i = first; i < last; ++i) sum += kernel.start[i];
        sums[t] = sum;
        __syncthreads();
        for (int step = 1; step < kThreads; step *= 2) { // Hillis and Steele's inclusive scan
            std::int32_t const left = t >= step ? sums[t - step] : 0;
            __syncthreads();
            sums[t] += left;
            __syncthreads();
        }
        std::int32_t running = sums[t] - sum;
        for (index_t i = first; i < last; ++i) {
            running += kernel.start[i];
            kernel.start[i] = running;
        }
    });

    for_each(stream, k.tile.size(),
        TESSERA_LAMBDA(index_t i) { kernel.sorted[kernel.start[kernel.tile[i]] + kernel.rank[i]] = kernel.by_tile[i]; });
}

} // namespace tessera
