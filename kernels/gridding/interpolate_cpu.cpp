#include "kernels/gridding/tile_cpu.h"

namespace tessera {
namespace {

template <int Width, int Coils>
void interpolate_piece(Interpolate const& k, TileWindow<Width> const& window, Subproblem const& sub, Tile const& tile) {
    constexpr int kRow = 2 * Width * Coils;
    index_t const n = k.samples.shape[1], rows = tile.row_stride(), planes = tile.plane_stride();
    typename TileWindow<Width>::Weights w;
    for (index_t i = sub.begin; i < sub.end; ++i) {
        GridPoint const p = k.points[i];
        auto const z = static_cast<std::int32_t>(p.z), y = static_cast<std::int32_t>(p.y), x = static_cast<std::int32_t>(p.x);
        window.evaluate(p.x - static_cast<real>(x), p.y - static_cast<real>(y), p.z - static_cast<real>(z), w);

        Row<kRow> row; // sum over z and y; x comes last, once per point
        real const* const first = tile.cell(z, y, x);
        for (int a = 0; a < k.tiling.width[0]; ++a)
#pragma GCC unroll 11
            for (int b = 0; b < Width; ++b) row.add(first + a * planes + b * rows, w.z()[a] * w.y()[b]);

        alignas(64) real line[kRow + kLanes];
        row.store(line);
        alignas(64) real sum[2 * Coils] = {};
        for (int j = 0; j < Width; ++j)
            for (int s = 0; s < 2 * Coils; ++s) sum[s] += w.x[j] * line[2 * Coils * j + s];
        for (int c = 0; c < Coils; ++c) k.samples.data[c * n + p.index] = {sum[2 * c], sum[2 * c + 1]};
    }
}

template <int Width, int Coils> void interpolate(Interpolate const& k) {
    TileWindow<Width> const window(k.table, k.tiling.width[0] == 1);
#pragma omp parallel
    {
        Tile tile(k.tiling, 2 * Coils);
#pragma omp for schedule(dynamic)
        for (index_t s = 0; s < k.subproblems.size(); ++s) {
            Subproblem const sub = k.subproblems[s];
            tile.move_to(sub.tile);
            tile.read(reinterpret_cast<real const*>(k.grid.data));
            interpolate_piece<Width, Coils>(k, window, sub, tile);
        }
    }
}

} // namespace

template <> void execute<Device::cpu>(Stream, Interpolate const& k) {
    with_kernel_width(k.tiling.width[2],
        [&](auto width) { with_coils(k.grid.shape[3], [&](auto coils) { interpolate<width(), coils()>(k); }); });
}

} // namespace tessera
