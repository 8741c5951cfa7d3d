// Gridding: moving values between scattered k-space points and the oversampled Cartesian grid.
//
// The grid is [z, y, x, coil], periodic, zero frequency at index 0; coils are innermost, so that one set of kernel
// weights serves all coils and every touched row is contiguous. It is cut into tiles, and points are sorted by tile.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// Widest interpolation kernel, in grid cells.
inline constexpr int kMaxKernelWidth = 11;

/// One sorted k-space point. (z, y, x) is the position of the kernel's first cell, relative to its tile: the
/// integer part is the cell, the fraction places the kernel. Relative, so that float keeps sub-cell precision.
/// Aligned for one access of a GPU.
struct alignas(16) GridPoint {
    real z, y, x;
    std::int32_t index; ///< which sample of the trajectory
};

/// How the grid is cut; 2D grids have 1 cell, 1 tile and kernel width 1 in z. All triples are z, y, x.
struct Tiling {
    std::int32_t cells[3];
    std::int32_t tile[3]; ///< cells of a tile; the last one of an axis may be smaller
    std::int32_t tiles[3];
    std::int32_t width[3]; ///< kernel width

    TESSERA_HD index_t count() const { return static_cast<index_t>(tiles[0]) * tiles[1] * tiles[2]; }
};

/// The interpolation kernel as one polynomial per cell it covers: weight j at fraction f is
/// sum_p coefficients[p][j] (2 f - 1)^p.
using KernelTable = View<real const, 2>; // [width + 3, width]

/// Finds tile and position of every point, and sorts points by tile. On the cpu those of a tile are sorted by block of 4 x 4 x 4 cells
/// and keep the input's order in it; elsewhere the order within a tile is unspecified. `scale` is grid cells per trajectory unit (z, y, x).
struct SortPoints {
    View<real const, 2> trajectory; ///< [n, 3]: kx, ky, kz
    Tiling tiling;
    double scale[3];
    View<std::int32_t, 1> tile;  ///< [n], workspace
    View<std::int32_t, 1> rank;  ///< [n], workspace; none on the cpu
    View<GridPoint, 1> by_tile;  ///< [n], workspace
    View<std::int32_t, 1> start; ///< [tiles + 1]: points of tile t are sorted[start[t]] ... sorted[start[t + 1] - 1]
    View<GridPoint, 1> sorted;   ///< [n]
};

/// A piece of work: a tile and a range of its points.
struct Subproblem {
    std::int32_t tile, begin, end;
};

/// Cells that points touch, times coils.
inline Work gridding_work(Tiling const& t, View<complex const, 2> const& samples) {
    Work work;
    work.gridding = static_cast<double>(samples.size()) * t.width[0] * t.width[1] * t.width[2];
    return work;
}

/// grid += sum over points of kernel weights times samples. Subproblems of one colour touch disjoint cells.
struct Spread {
    View<GridPoint const, 1> points;
    View<Subproblem const, 1> subproblems; ///< sorted by colour
    View<std::int32_t const, 1> colours;   ///< [colours + 1], host memory: first subproblem of each colour (cpu only)
    Tiling tiling;
    KernelTable table;
    View<complex const, 2> samples; ///< [coil, n]
    View<complex, 4> grid;          ///< [z, y, x, coil]

    Work work() const { return gridding_work(tiling, samples); }
};

/// samples = sum over grid cells of kernel weights times values; the adjoint of Spread.
struct Interpolate {
    View<GridPoint const, 1> points;
    View<Subproblem const, 1> subproblems;
    Tiling tiling;
    KernelTable table;
    View<complex const, 4> grid; ///< [z, y, x, coil]
    View<complex, 2> samples;    ///< [coil, n]

    Work work() const { return gridding_work(tiling, samples); }
};

} // namespace tessera
