#include "kernels/gridding/gridding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <omp.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tessera {
namespace {

// Edge of a block of cells, whose points follow each other: what they cover, with 8 coils, stays in the first-level cache.
constexpr std::int32_t kBlock = 4;
constexpr std::int32_t kMostBlocks = 512; // of a tile
constexpr int kAtOnce = 64;               // points that are located side by side
constexpr real kJustBelowOne = 1 - std::numeric_limits<real>::epsilon();

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

/// Tiles and positions in them along one axis of n <= kAtOnce points side by side.
struct Axis {
    double cells, per_cell, tile, per_tile, scale, shift;
    std::int32_t last;
    int component;

    Axis(SortPoints const& k, int d)
        : cells(k.tiling.cells[d]), per_cell(1 / cells), tile(k.tiling.tile[d]), per_tile(1 / tile), scale(k.scale[d]),
          shift(1.0 - 0.5 * k.tiling.width[d]), last(k.tiling.tiles[d] - 1), component(2 - d) {}

    void locate(real const* coordinates, int n, real* position, std::int32_t* tile_of) const {
        if (cells == 1) {
            std::fill_n(position, n, real(0));
            std::fill_n(tile_of, n, 0);
            return;
        }
#pragma omp simd
        for (int i = 0; i < n; ++i) {
            // Double: at 1e-6 accuracy, float would lose the fraction far from the centre of k-space.
            double const first = coordinates[3 * i + component] * scale + shift;
            double wrapped = first - cells * std::floor(first * per_cell);
            wrapped = wrapped < 0 ? wrapped + cells : wrapped;
            wrapped = wrapped < cells ? wrapped : 0; // what is left of rounding
            std::int32_t const t = std::min(static_cast<std::int32_t>(wrapped * per_tile), last);
            double const begin = t * tile, length = std::min(tile, cells - begin);
            auto const inside = static_cast<real>(std::max(wrapped - begin, 0.0)), end = static_cast<real>(length);
            position[i] = inside < end ? inside : kJustBelowOne * end; // rounded up into the next tile
            tile_of[i] = t;
        }
    }
};

void locate(SortPoints const& k, Axis const (&axes)[3], index_t begin, index_t end, std::int32_t* count) {
    for (index_t first = begin; first < end; first += kAtOnce) {
        int const n = static_cast<int>(std::min<index_t>(kAtOnce, end - first));
        real position[3][kAtOnce];
        std::int32_t tile[3][kAtOnce];
        for (int d = 0; d < 3; ++d) axes[d].locate(k.trajectory.data + 3 * first, n, position[d], tile[d]);
        for (int i = 0; i < n; ++i) {
            std::int32_t const t = (tile[0][i] * k.tiling.tiles[1] + tile[1][i]) * k.tiling.tiles[2] + tile[2][i];
            k.sorted[first + i] = {position[0][i], position[1][i], position[2][i], static_cast<std::int32_t>(first + i)};
            k.tile[first + i] = t;
            ++count[t];
        }
    }
}

} // namespace

// Stable counting sorts: stretches of points by tile, then each tile by block. The order is the same for any number of threads.
template <> void execute<Device::cpu>(Stream, SortPoints const& k) {
    index_t const tiles = k.start.size() - 1, n = k.tile.size();
    Axis const axes[3] = {Axis(k, 0), Axis(k, 1), Axis(k, 2)};
    Blocks const blocks(k.tiling);
    index_t const stretches = std::clamp<index_t>(n / 4096, 1, omp_get_max_threads());
    std::vector<std::int32_t> next(static_cast<std::size_t>(stretches * tiles)); // [stretch, tile]: points, then where they go
    auto const begin = [&](index_t stretch) { return n * stretch / stretches; };

#pragma omp parallel for schedule(static) num_threads(static_cast <int>(stretches))
    for (index_t s = 0; s < stretches; ++s) locate(k, axes, begin(s), begin(s + 1), next.data() + s * tiles);

    std::int32_t before = 0;
    for (index_t t = 0; t < tiles; ++t) {
        k.start[t] = before;
        for (index_t s = 0; s < stretches; ++s) before += std::exchange(next[static_cast<std::size_t>(s * tiles + t)], before);
    }
    k.start[tiles] = before;

#pragma omp parallel for schedule(static) num_threads(static_cast <int>(stretches))
    for (index_t s = 0; s < stretches; ++s) {
        std::int32_t* const to = next.data() + s * tiles;
        for (index_t i = begin(s); i < begin(s + 1); ++i) k.by_tile[to[k.tile[i]]++] = k.sorted[i];
    }

#pragma omp parallel for schedule(dynamic, 8)
    for (index_t t = 0; t < tiles; ++t) {
        std::int32_t place[kMostBlocks + 1] = {};
        for (auto i = k.start[t]; i < k.start[t + 1]; ++i) ++place[blocks.of(k.by_tile[i]) + 1];
        place[0] = k.start[t];
        for (std::int32_t b = 0; b < blocks.count; ++b) place[b + 1] += place[b];
        for (auto i = k.start[t]; i < k.start[t + 1]; ++i) k.sorted[place[blocks.of(k.by_tile[i])]++] = k.by_tile[i];
    }
}

} // namespace tessera
