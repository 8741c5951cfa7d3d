#include "kernels/gridding/tile_cpu.h"

namespace tessera {
namespace {

constexpr index_t kAhead = 16; // points whose samples are fetched before they are needed

template <int Width, int Coils>
void spread_piece(Spread const& k, TileWindow<Width> const& window, Subproblem const& sub, Tile const& tile) {
    constexpr int kRow = 2 * Width * Coils;
    index_t const n = k.samples.shape[1], rows = tile.row_stride(), planes = tile.plane_stride();
    typename TileWindow<Width>::Weights w;
    alignas(64) real line[kRow + kLanes] = {};
    for (index_t i = sub.begin; i < sub.end; ++i) {
        GridPoint const p = k.points[i];
        if (i + kAhead < sub.end)
            for (int c = 0; c < Coils; ++c) __builtin_prefetch(k.samples.data + c * n + k.points[i + kAhead].index);
        auto const z = static_cast<std::int32_t>(p.z), y = static_cast<std::int32_t>(p.y), x = static_cast<std::int32_t>(p.x);
        window.evaluate(p.x - static_cast<real>(x), p.y - static_cast<real>(y), p.z - static_cast<real>(z), w);

        // The row that every (z, y) of the footprint receives, up to its weight.
        alignas(64) real sample[2 * Coils];
        for (int c = 0; c < Coils; ++c) {
            complex const v = k.samples.data[c * n + p.index];
            sample[2 * c] = v.re;
            sample[2 * c + 1] = v.im;
        }
        for (int j = 0; j < Width; ++j)
            for (int s = 0; s < 2 * Coils; ++s) line[2 * Coils * j + s] = w.x[j] * sample[s];
        Row<kRow> const row(line);

        real* const first = tile.cell(z, y, x);
        for (int a = 0; a < k.tiling.width[0]; ++a)
#pragma GCC unroll 11
            for (int b = 0; b < Width; ++b) row.add_to(first + a * planes + b * rows, w.z()[a] * w.y()[b]);
    }
}

template <int Width, int Coils> void spread(Spread const& k) {
    TileWindow<Width> const window(k.table, k.tiling.width[0] == 1);
    // Subproblems of a colour touch disjoint cells, and the order within one is fixed: no atomics, and the same bits
    // whatever the number of threads.
#pragma omp parallel
    {
        Tile tile(k.tiling, 2 * Coils);
        for (index_t colour = 0; colour + 1 < k.colours.size(); ++colour)
#pragma omp for schedule(dynamic)
            for (index_t s = k.colours[colour]; s < k.colours[colour + 1]; ++s) {
                Subproblem const sub = k.subproblems[s];
                tile.move_to(sub.tile);
                spread_piece<Width, Coils>(k, window, sub, tile);
                tile.move_into(reinterpret_cast<real*>(k.grid.data));
            }
    }
}

} // namespace

template <> void execute<Device::cpu>(Stream, Spread const& k) {
    with_kernel_width(k.tiling.width[2],
        [&](auto width) { with_coils(k.grid.shape[3], [&](auto coils) { spread<width(), coils()>(k); }); });
}

} // namespace tessera
