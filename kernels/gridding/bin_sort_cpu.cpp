#include "kernels/gridding/gridding.h"

#include <algorithm>

namespace tessera {

// A stable counting sort.
template <> void execute<Device::cpu>(Stream, BinSort const& k) {
    index_t const tiles = k.start.size() - 1, n = k.points.size();
    std::fill_n(k.start.data, tiles + 1, 0);
    for (index_t i = 0; i < n; ++i) k.rank[i] = k.start[k.tile[i] + 1]++;
    for (index_t t = 0; t < tiles; ++t) k.start[t + 1] += k.start[t];
#pragma omp parallel for schedule(static)
    for (index_t i = 0; i < n; ++i) k.sorted[k.start[k.tile[i]] + k.rank[i]] = k.points[i];
}

} // namespace tessera
