#include "kernels/gridding/gridding.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tessera {
namespace {

// Edge of a block of cells, whose points follow each other: what they cover, with 8 coils, stays in the first-level cache.
constexpr std::int32_t kBlock = 4;
constexpr std::int32_t kMostBlocks = 512; // of a tile

struct Blocks {
    std::int32_t y, x, count;

    explicit Blocks(Tiling const& t) : y(along(t.tile[1])), x(along(t.tile[2])), count(along(t.tile[0]) * y * x) {
        if (count > kMostBlocks) throw std::logic_error("gridding: a tile has more than 512 blocks");
    }
    static std::int32_t along(std::int32_t cells) { return (cells + kBlock - 1) / kBlock; }
    std::int32_t of(GridPoint const& p) const {
        auto const block = [](real position) { return static_cast<std::int32_t>(position) / kBlock; };
        return (block(p.z) * y + block(p.y)) * x + block(p.x);
    }
};

} // namespace

// Stable counting sorts: by tile, then within each tile by block.
template <> void execute<Device::cpu>(Stream, BinSort const& k) {
    index_t const tiles = k.start.size() - 1, n = k.points.size();
    std::fill_n(k.start.data, tiles + 1, 0);
    for (index_t i = 0; i < n; ++i) ++k.start[k.tile[i]];
    std::int32_t before = 0;
    for (index_t t = 0; t <= tiles; ++t) before += std::exchange(k.start[t], before);
    for (index_t i = 0; i < n; ++i) k.rank[k.start[k.tile[i]]++] = static_cast<std::int32_t>(i); // start[t] moves to where t + 1 begins
    std::copy_backward(k.start.data, k.start.data + tiles, k.start.data + tiles + 1);
    k.start[0] = 0;

    Blocks const blocks(k.tiling);
#pragma omp parallel for schedule(dynamic, 8)
    for (index_t t = 0; t < tiles; ++t) {
        std::int32_t next[kMostBlocks + 1] = {};
        for (auto i = k.start[t]; i < k.start[t + 1]; ++i) ++next[blocks.of(k.points[k.rank[i]]) + 1];
        next[0] = k.start[t];
        for (std::int32_t b = 0; b < blocks.count; ++b) next[b + 1] += next[b];
        for (auto i = k.start[t]; i < k.start[t + 1]; ++i) {
            GridPoint const p = k.points[k.rank[i]];
            k.sorted[next[blocks.of(p)]++] = p;
        }
    }
}

} // namespace tessera
