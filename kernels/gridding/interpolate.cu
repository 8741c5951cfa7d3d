#include "kernels/gridding/gridding.h"
#include "kernels/gridding/window.h"

#include "kernels/launch.h"

namespace tessera {
namespace {

// A block takes one subproblem; neighbouring threads take the coils of one point, which lie side by side in the grid.
template <int Width> void interpolate(Stream stream, Interpolate const& k) {
    constexpr int kThreads = 128;
    auto const kernel = k;
    auto const coils = static_cast<int>(k.grid.shape[3]);

    launch<kThreads>(stream, k.subproblems.size(), 0, TESSERA_LAMBDA() {
        Tiling const& t = kernel.tiling;
        Subproblem const sub = kernel.subproblems[blockIdx.x];
        int const tx = sub.tile % t.tiles[2], ty = sub.tile / t.tiles[2] % t.tiles[1], tz = sub.tile / t.tiles[2] / t.tiles[1];
        int const work = (sub.end - sub.begin) * coils;
        for (int i = static_cast<int>(threadIdx.x); i < work; i += kThreads) {
            int const c = i % coils;
            GridPoint const point = kernel.points[sub.begin + i / coils];
            int const z0 = static_cast<int>(point.z), y0 = static_cast<int>(point.y), x0 = static_cast<int>(point.x);
            real wy[Width], wx[Width]; // indexed by unrolled loops only, so that they stay in registers
            kernel_weights<Width>(kernel.table, point.y - y0, wy);
            kernel_weights<Width>(kernel.table, point.x - x0, wx);
            complex sum{};
#pragma unroll 1
            for (int a = 0; a < t.width[0]; ++a) {
                real const wz = t.width[0] == 1 ? real(1) : kernel_weight<Width>(kernel.table, point.z - z0, a);
                int const z = (tz * t.tile[0] + z0 + a) % t.cells[0];
#pragma unroll
                for (int b = 0; b < Width; ++b) {
                    int const y = (ty * t.tile[1] + y0 + b) % t.cells[1];
                    complex line{};
#pragma unroll
                    for (int d = 0; d < Width; ++d) {
                        int x = tx * t.tile[2] + x0 + d;
                        if (x >= t.cells[2]) x %= t.cells[2];
                        line += wx[d] * kernel.grid(z, y, x, c);
                    }
                    sum += (wz * wy[b]) * line;
                }
            }
            kernel.samples(c, point.index) = sum;
        }
    });
}

} // namespace

template <> void execute<kDevice>(Stream stream, Interpolate const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { interpolate<width()>(stream, k); });
}

} // namespace tessera
