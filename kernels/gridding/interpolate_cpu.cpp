#include "kernels/gridding/footprint.h"

namespace tessera {
namespace {

template <int Width, int Coils> void interpolate_point(Interpolate const& k, GridPoint const& p, index_t const (&origin)[3]) {
    constexpr int kRow = 2 * Width * Coils;
    Tiling const& t = k.tiling;
    Footprint<Width> const at(p, origin, t, k.table);

    alignas(64) real row[kRow] = {}; // sum over z and y; x comes last, once per point
    index_t const line = static_cast<index_t>(t.cells[2]) * Coils;
    auto const* const grid = reinterpret_cast<real const*>(k.grid.data);
    bool const wraps = at.x + Width > t.cells[2];
    for (int a = 0; a < t.width[0]; ++a)
        for (int b = 0; b < Width; ++b) {
            real const w = at.wz[a] * at.wy[b];
            real const* const from = grid + 2 * line * (at.z[a] * t.cells[1] + at.y[b]);
            if (!wraps) {
                real const* const first = from + 2 * Coils * at.x;
#pragma omp simd
                for (int i = 0; i < kRow; ++i) row[i] += w * first[i];
            } else {
                for (int j = 0; j < Width; ++j) {
                    real const* const cell = from + 2 * Coils * ((at.x + j) % t.cells[2]);
                    for (int i = 0; i < 2 * Coils; ++i) row[2 * Coils * j + i] += w * cell[i];
                }
            }
        }
    real sum[2 * Coils] = {};
    for (int j = 0; j < Width; ++j)
        for (int i = 0; i < 2 * Coils; ++i) sum[i] += at.wx[j] * row[2 * Coils * j + i];
    for (int c = 0; c < Coils; ++c) k.samples.data[c * k.samples.shape[1] + p.index] = {sum[2 * c], sum[2 * c + 1]};
}

template <int Width, int Coils> void interpolate(Interpolate const& k) {
#pragma omp parallel for schedule(dynamic)
    for (index_t s = 0; s < k.subproblems.size(); ++s) {
        Subproblem const sub = k.subproblems[s];
        index_t origin[3];
        tile_origin(sub.tile, k.tiling, origin);
        for (index_t p = sub.begin; p < sub.end; ++p) interpolate_point<Width, Coils>(k, k.points[p], origin);
    }
}

} // namespace

template <> void execute<Device::cpu>(Stream, Interpolate const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { with_coils(k.grid.shape[3], [&](auto coils) { interpolate<width(), coils()>(k); }); });
}

} // namespace tessera
