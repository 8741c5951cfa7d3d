#include "kernels/gridding/gridding.h"

#include "kernels/launch.h"

namespace tessera {

// Counting sort in three launches: rank every point within its tile, sum the counts, move the points.
template <> void execute<kDevice>(Stream stream, BinSort const& k) {
    constexpr int kThreads = 256;
    auto const kernel = k;
    index_t const tiles = k.start.size() - 1;

    for_each(stream, tiles + 1, TESSERA_LAMBDA(index_t t) { kernel.start[t] = 0; });
    for_each(stream, k.points.size(), TESSERA_LAMBDA(index_t i) { kernel.rank[i] = atomicAdd(&kernel.start[kernel.tile[i] + 1], 1); });

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

    for_each(stream, k.points.size(),
        TESSERA_LAMBDA(index_t i) { kernel.sorted[kernel.start[kernel.tile[i]] + kernel.rank[i]] = kernel.points[i]; });
}

} // namespace tessera
