#include "kernels/gridding/gridding.h"
#include "kernels/gridding/window.h"

#include "kernels/launch.h"

namespace tessera {
namespace {

// A block takes one subproblem, a warp a few of its points at a time: all lanes evaluate their weights, then a lane sums one coil of one
// point. Neighbouring lanes take the coils, which lie side by side in the grid.
template <int Width> void interpolate(Stream stream, Interpolate const& k) {
    constexpr int kWarps = 4;
    constexpr int kWeights = 3 * Width;  // of a point: along z, y, x
    constexpr int kPitch = kWeights | 1; // odd for the banks of shared memory
    auto const coils = static_cast<int>(k.grid.shape[3]);
    int const lanes = std::clamp(coils, 1, 32), per_warp = 32 / lanes; // lanes of a point, points of a warp
    int const row_size = static_cast<int>(k.grid.shape[2]) * coils;
    auto const kernel = k;

    launch<32 * kWarps>(stream, k.subproblems.size(), kWarps * per_warp * kPitch * sizeof(real), TESSERA_LAMBDA() {
        Tiling const& t = kernel.tiling;
        Subproblem const sub = kernel.subproblems[blockIdx.x];
        int const lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
        int const slot = lane / lanes, first_coil = lane - slot * lanes;
        int const tx = sub.tile % t.tiles[2], ty = sub.tile / t.tiles[2] % t.tiles[1], tz = sub.tile / t.tiles[2] / t.tiles[1];
        bool const flat = t.width[0] == 1;
        real* const weights = shared_memory<real>() + warp * per_warp * kPitch; // [point, axis, cell]

        for (int first = sub.begin + warp * per_warp; first < sub.end; first += kWarps * per_warp) {
            int const count = sub.end - first < per_warp ? sub.end - first : per_warp;
            __syncwarp(); // nobody reads the last weights any more
            for (int i = lane; i < count * kWeights; i += 32) {
                int const p = i / kWeights, j = i - p * kWeights, axis = j / Width;
                GridPoint const point = kernel.points[first + p];
                real const position = axis == 0 ? point.z : axis == 1 ? point.y : point.x;
                bool const one = axis == 0 && flat;
                weights[p * kPitch + j] =
                    one ? real(1) : kernel_weight<Width>(kernel.table, position - static_cast<int>(position), j - axis * Width);
            }
            __syncwarp();
            if (slot >= count) continue;

            GridPoint const point = kernel.points[first + slot];
            real const* const w = weights + slot * kPitch;
            real wx[Width];              // indexed by unrolled loops only, as those below, so that they stay in registers
            std::uint32_t column[Width]; // in bytes, which takes the fewest instructions a load
            int row[Width];
            int x = wrapped(tx * t.tile[2] + static_cast<int>(point.x), t.cells[2]);
            int y = wrapped(ty * t.tile[1] + static_cast<int>(point.y), t.cells[1]);
#pragma unroll
            for (int j = 0; j < Width; ++j) {
                wx[j] = w[2 * Width + j];
                column[j] = static_cast<std::uint32_t>(x * coils) * sizeof(complex);
                row[j] = y;
                x = x + 1 == t.cells[2] ? 0 : x + 1;
                y = y + 1 == t.cells[1] ? 0 : y + 1;
            }
            for (int c = first_coil; c < coils; c += lanes) {
                int z = wrapped(tz * t.tile[0] + static_cast<int>(point.z), t.cells[0]);
                complex sum{};
#pragma unroll 1
                for (int a = 0; a < t.width[0]; ++a) {
                    complex plane{};
#pragma unroll
                    for (int b = 0; b < Width; ++b) {
                        complex const* const cells = kernel.grid.data + static_cast<index_t>(z * t.cells[1] + row[b]) * row_size + c;
                        auto const* const bytes = reinterpret_cast<char const*>(cells);
                        complex line{};
#pragma unroll
                        for (int d = 0; d < Width; ++d) line += wx[d] * *reinterpret_cast<complex const*>(bytes + column[d]);
                        plane += w[Width + b] * line;
                    }
                    sum += w[a] * plane;
                    z = z + 1 == t.cells[0] ? 0 : z + 1;
                }
                kernel.samples(c, point.index) = sum;
            }
        }
    });
}

} // namespace

template <> void execute<kDevice>(Stream stream, Interpolate const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { interpolate<width()>(stream, k); });
}

} // namespace tessera
