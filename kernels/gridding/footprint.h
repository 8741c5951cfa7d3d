// What spread_cpu.cpp and interpolate_cpu.cpp share: where a point's rows of cells lie in the grid.
#pragma once

#include "kernels/gridding/gridding.h"
#include "kernels/gridding/window.h"

#include <utility>

namespace tessera {

/// Weights and first cells of one point; rows may wrap around the periodic grid.
template <int Width> struct Footprint {
    real wz[Width], wy[Width], wx[Width];
    index_t z[Width], y[Width], x;

    Footprint(GridPoint const& p, index_t const (&origin)[3], Tiling const& t, KernelTable const& table) {
        index_t const z0 = place(p.z, origin[0], t.width[0], table, wz), y0 = place(p.y, origin[1], Width, table, wy);
        x = place(p.x, origin[2], Width, table, wx);
        for (int j = 0; j < t.width[0]; ++j) z[j] = (z0 + j) % t.cells[0];
        for (int j = 0; j < Width; ++j) y[j] = y0 + j < t.cells[1] ? y0 + j : (y0 + j) % t.cells[1];
    }

private:
    static index_t place(real position, index_t origin, int width, KernelTable const& table, real (&weights)[Width]) {
        auto const cell = static_cast<index_t>(position);
        if (width == 1)
            weights[0] = 1;
        else
            kernel_weights<Width>(table, position - static_cast<real>(cell), weights);
        return origin + cell;
    }
};

/// First cell of a tile.
inline void tile_origin(std::int32_t tile, Tiling const& t, index_t (&origin)[3]) {
    origin[2] = static_cast<index_t>(tile % t.tiles[2]) * t.tile[2];
    origin[1] = static_cast<index_t>(tile / t.tiles[2] % t.tiles[1]) * t.tile[1];
    origin[0] = static_cast<index_t>(tile / t.tiles[2] / t.tiles[1]) * t.tile[0];
}

/// Calls f(std::integral_constant<int, n>) for a number of coils that has a specialised body; throws otherwise.
template <class F> void with_coils(index_t coils, F&& f) {
    switch (coils) {
    case 1: return f(std::integral_constant<int, 1>{});
    case 2: return f(std::integral_constant<int, 2>{});
    case 4: return f(std::integral_constant<int, 4>{});
    case 8: return f(std::integral_constant<int, 8>{});
    default: throw std::logic_error("gridding: coils of one pass must be 1, 2, 4 or 8");
    }
}

} // namespace tessera
