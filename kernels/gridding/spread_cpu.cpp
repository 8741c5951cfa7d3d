#include "kernels/gridding/footprint.h"

#include <algorithm>

namespace tessera {
namespace {

template <int Width, int Coils> void spread_point(Spread const& k, GridPoint const& p, index_t const (&origin)[3]) {
    constexpr int kRow = 2 * Width * Coils;
    Tiling const& t = k.tiling;
    Footprint<Width> const at(p, origin, t, k.table);

    // The row that every (z, y) of the footprint receives, up to its weight.
    alignas(64) real row[kRow];
    for (int c = 0; c < Coils; ++c) {
        complex const v = k.samples.data[c * k.samples.shape[1] + p.index];
        for (int j = 0; j < Width; ++j) {
            row[2 * (j * Coils + c)] = at.wx[j] * v.re;
            row[2 * (j * Coils + c) + 1] = at.wx[j] * v.im;
        }
    }
    index_t const line = static_cast<index_t>(t.cells[2]) * Coils;
    auto* const grid = reinterpret_cast<real*>(k.grid.data);
    bool const wraps = at.x + Width > t.cells[2];
    for (int a = 0; a < t.width[0]; ++a)
        for (int b = 0; b < Width; ++b) {
            real const w = at.wz[a] * at.wy[b];
            real* const to = grid + 2 * line * (at.z[a] * t.cells[1] + at.y[b]);
            if (!wraps) {
                real* const first = to + 2 * Coils * at.x;
#pragma omp simd
                for (int i = 0; i < kRow; ++i) first[i] += w * row[i];
            } else {
                for (int j = 0; j < Width; ++j) {
                    real* const cell = to + 2 * Coils * ((at.x + j) % t.cells[2]);
                    for (int i = 0; i < 2 * Coils; ++i) cell[i] += w * row[2 * Coils * j + i];
                }
            }
        }
}

template <int Width, int Coils> void spread(Spread const& k) {
    // Subproblems of a colour touch disjoint cells, and the order within one is fixed: no atomics, and the same bits
    // whatever the number of threads.
    for (index_t colour = 0; colour + 1 < k.colours.size(); ++colour)
#pragma omp parallel for schedule(dynamic)
        for (index_t s = k.colours[colour]; s < k.colours[colour + 1]; ++s) {
            Subproblem const sub = k.subproblems[s];
            index_t origin[3];
            tile_origin(sub.tile, k.tiling, origin);
            for (index_t p = sub.begin; p < sub.end; ++p) spread_point<Width, Coils>(k, k.points[p], origin);
        }
}

} // namespace

template <> void execute<Device::cpu>(Stream, Spread const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { with_coils(k.grid.shape[3], [&](auto coils) { spread<width(), coils()>(k); }); });
}

} // namespace tessera
