#include "kernels/gridding/gridding.h"
#include "kernels/gridding/window.h"

#include "kernels/launch.h"

namespace tessera {
namespace {

constexpr int kThreads = 256;
constexpr index_t kSharedBytes = 48 * 1024;

// The cells of a tile that its points can reach: the tile and the kernel's width beyond.
struct PaddedTile {
    int extent[3];
    index_t cells;

    explicit PaddedTile(Tiling const& t) : cells(1) {
        for (int d = 0; d < 3; ++d) {
            extent[d] = t.tile[d] + t.width[d] - 1;
            cells *= extent[d];
        }
    }
};

// A block accumulates one subproblem in shared memory, a few coils at a time, and adds it to the grid once. A warp
// takes a point: lanes evaluate one weight per axis each, then share them while they walk over the footprint.
template <int Width> void spread(Stream stream, Spread const& k) {
    PaddedTile const tile(k.tiling);
    auto const coils = static_cast<int>(k.grid.shape[3]);
    int const coils_at_once =
        static_cast<int>(std::clamp<index_t>(kSharedBytes / (tile.cells * static_cast<index_t>(sizeof(complex))), 1, coils));
    auto const kernel = k;

    launch<kThreads>(stream, k.subproblems.size(), coils_at_once * tile.cells * sizeof(complex), TESSERA_LAMBDA() {
        auto* const local = shared_memory<complex>(); // [coil, z, y, x]
        Tiling const& t = kernel.tiling;
        Subproblem const sub = kernel.subproblems[blockIdx.x];
        int const lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
        int const footprint = t.width[0] * Width * Width;
        int const cells = static_cast<int>(tile.cells);

        for (int coil = 0; coil < coils; coil += coils_at_once) {
            int const count = coils - coil < coils_at_once ? coils - coil : coils_at_once;
            for (int i = static_cast<int>(threadIdx.x); i < cells * count; i += kThreads) local[i] = {};
            __syncthreads();

            for (int p = sub.begin + warp; p < sub.end; p += kThreads / 32) {
                GridPoint const point = kernel.points[p];
                int const z0 = static_cast<int>(point.z), y0 = static_cast<int>(point.y), x0 = static_cast<int>(point.x);
                real const fraction[3] = {point.z - z0, point.y - y0, point.x - x0};
                real weight[3] = {1, 1, 1}; // of this lane's cell along each axis
                int const j = lane < Width ? lane : 0;
                for (int d = t.width[0] == 1 ? 1 : 0; d < 3; ++d) weight[d] = kernel_weight<Width>(kernel.table, fraction[d], j);
                for (int base = 0; base < footprint; base += 32) { // all lanes stay: they serve each other's shuffles
                    int const i = base + lane < footprint ? base + lane : 0;
                    int const x = i % Width, y = i / Width % Width, z = i / (Width * Width);
                    real const w = __shfl_sync(0xffffffffu, weight[0], z) * __shfl_sync(0xffffffffu, weight[1], y) *
                        __shfl_sync(0xffffffffu, weight[2], x);
                    if (base + lane >= footprint) continue;
                    int const cell = ((z0 + z) * tile.extent[1] + y0 + y) * tile.extent[2] + x0 + x;
                    for (int c = 0; c < count; ++c) {
                        complex const v = kernel.samples(coil + c, point.index);
                        atomicAdd(&local[c * cells + cell].re, w * v.re);
                        atomicAdd(&local[c * cells + cell].im, w * v.im);
                    }
                }
            }
            __syncthreads();

            int const tx = sub.tile % t.tiles[2], ty = sub.tile / t.tiles[2] % t.tiles[1], tz = sub.tile / t.tiles[2] / t.tiles[1];
            for (int i = static_cast<int>(threadIdx.x); i < cells * count; i += kThreads) {
                int const c = i % count, cell = i / count; // coils innermost, as in the grid
                complex const v = local[c * cells + cell];
                if (v == complex{}) continue;
                int const x = (tx * t.tile[2] + cell % tile.extent[2]) % t.cells[2];
                int const y = (ty * t.tile[1] + cell / tile.extent[2] % tile.extent[1]) % t.cells[1];
                int const z = (tz * t.tile[0] + cell / tile.extent[2] / tile.extent[1]) % t.cells[0];
                complex& to = kernel.grid(z, y, x, coil + c);
                atomicAdd(&to.re, v.re);
                atomicAdd(&to.im, v.im);
            }
            __syncthreads();
        }
    });
}

} // namespace

template <> void execute<kDevice>(Stream stream, Spread const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { spread<width()>(stream, k); });
}

} // namespace tessera
