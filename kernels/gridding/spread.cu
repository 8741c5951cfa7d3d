#include "kernels/gridding/gridding.h"
#include "kernels/gridding/window.h"

#include "kernels/launch.h"

namespace tessera {
namespace {

constexpr int kMostCoils = 8;                                // of a block; the weights of its points cost little beside them
constexpr int kBatch = 128 / static_cast<int>(sizeof(real)); // points whose weights wait in shared memory; at most the lanes of a warp

// The cells of a tile that its points can reach: the tile and the kernel's width beyond.
struct PaddedTile {
    int extent[3];
    int cells, pitch; // pitch: cells from coil to coil, odd for the banks of shared memory

    explicit PaddedTile(Tiling const& t) : cells(1) {
        for (int d = 0; d < 3; ++d) {
            extent[d] = t.tile[d] + t.width[d] - 1;
            cells *= extent[d];
        }
        pitch = cells | 1;
    }
};

// A cell of a footprint: whether it is one, where it is from the first, and which weights it has.
struct Place {
    bool inside;
    int cell, z, y, x;
};

// A block accumulates one subproblem in shared memory, for a few coils, and adds it to the grid once. Each warp has a coil to itself
// and takes one point after the other, its lanes the cells of the footprint: they never meet, so that no addition need be atomic
// (an atomic addition of floats to shared memory is a loop of compare and swap). All warps together evaluate the weights of a batch.
template <int Width> void spread(Stream stream, Spread const& k) {
    constexpr int kWeights = 3 * Width; // of a point: along z, y, x
    constexpr int kSteps = (Width * Width * Width + 31) / 32;
    constexpr int kInFlight = kSteps < 8 ? kSteps : 8; // steps whose cells are read before the first of them is written

    PaddedTile const tile(k.tiling);
    std::size_t const for_batch = kBatch * (kWeights * sizeof(real) + sizeof(int)), for_coil = tile.pitch * sizeof(complex);
    auto const fit = static_cast<index_t>((shared_memory_limit() - for_batch) / for_coil);
    auto const coils = static_cast<int>(k.grid.shape[3]);
    int const most = static_cast<int>(std::clamp<index_t>(fit, 1, kMostCoils));
    int const groups = (coils + most - 1) / most, per_block = groups ? (coils + groups - 1) / groups : 0;
    auto const kernel = k;

    auto const body = TESSERA_LAMBDA() {
        Tiling const& t = kernel.tiling;
        int const thread = static_cast<int>(threadIdx.x), lane = thread % 32, warp = thread / 32, threads = 32 * per_block;
        int const piece = static_cast<int>(blockIdx.x) / groups, first_coil = (static_cast<int>(blockIdx.x) - piece * groups) * per_block;
        Subproblem const sub = kernel.subproblems[piece];
        bool const flat = t.width[0] == 1;
        int const footprint = t.width[0] * Width * Width;

        auto* const tiles = shared_memory<complex>();                                  // [coil, z, y, x]
        auto* const weights = reinterpret_cast<real*>(tiles + per_block * tile.pitch); // [point, axis, cell]
        auto* const corners = reinterpret_cast<int*>(weights + kBatch * kWeights);     // first cells of the points
        complex* const mine = tiles + warp * tile.pitch;
#pragma unroll 4
        for (int i = lane; i < tile.cells; i += 32) mine[i] = {};

        for (int first = sub.begin; first < sub.end; first += kBatch) {
            int const count = sub.end - first < kBatch ? sub.end - first : kBatch;
            __syncthreads(); // nobody reads the last batch any more
            for (int i = thread; i < count * kWeights; i += threads) {
                int const p = i / kWeights, j = i - p * kWeights, axis = j / Width;
                GridPoint const point = kernel.points[first + p];
                real const position = axis == 0 ? point.z : axis == 1 ? point.y : point.x;
                bool const one = axis == 0 && flat;
                weights[i] = one ? real(1) : kernel_weight<Width>(kernel.table, position - static_cast<int>(position), j - axis * Width);
                if (j == 0)
                    corners[p] = (static_cast<int>(point.z) * tile.extent[1] + static_cast<int>(point.y)) * tile.extent[2] +
                        static_cast<int>(point.x);
            }
            complex sample{}; // each lane has that of one point
            if (lane < count && first_coil + warp < coils) sample = kernel.samples(first_coil + warp, kernel.points[first + lane].index);
            __syncthreads();

            for (int base = 0; base < footprint; base += 32 * kInFlight) {
                Place place[kInFlight]; // of this lane; the same for all points
#pragma unroll
                for (int s = 0; s < kInFlight; ++s) {
                    bool const inside = base + 32 * s + lane < footprint;
                    int const i = inside ? base + 32 * s + lane : 0;
                    int const row = i / Width, x = i - row * Width, z = row / Width, y = row - z * Width;
                    place[s] = {inside, (z * tile.extent[1] + y) * tile.extent[2] + x, z, Width + y, 2 * Width + x};
                }
                for (int p = 0; p < count; ++p) {
                    complex const v{__shfl_sync(0xffffffffu, sample.re, p), __shfl_sync(0xffffffffu, sample.im, p)};
                    real const* const w = weights + p * kWeights;
                    complex* const corner = mine + corners[p];
                    complex sum[kInFlight];
#pragma unroll
                    for (int s = 0; s < kInFlight; ++s) {
                        auto const [inside, cell, z, y, x] = place[s];
                        sum[s] = inside ? corner[cell] : complex{};
                        sum[s] += (w[z] * w[y] * w[x]) * v;
                    }
#pragma unroll
                    for (int s = 0; s < kInFlight; ++s)
                        if (place[s].inside) corner[place[s].cell] = sum[s];
                    __syncwarp(); // the next point's lanes read what these have written
                }
            }
        }
        __syncthreads();

        // To the grid, coils innermost.
        int const cell_of_thread = thread / per_block, c = thread - cell_of_thread * per_block;
        if (first_coil + c >= coils) return;
        int const tx = sub.tile % t.tiles[2], ty = sub.tile / t.tiles[2] % t.tiles[1], tz = sub.tile / t.tiles[2] / t.tiles[1];
        int z = 0, y = 0, x = cell_of_thread;
        for (int cell = cell_of_thread; cell < tile.cells; cell += 32, x += 32) {
            for (; x >= tile.extent[2]; x -= tile.extent[2])
                if (++y == tile.extent[1]) {
                    y = 0;
                    ++z;
                }
            complex const v = tiles[c * tile.pitch + cell];
            if (v == complex{}) continue;
            add_atomic(kernel.grid(wrapped(tz * t.tile[0] + z, t.cells[0]), wrapped(ty * t.tile[1] + y, t.cells[1]),
                           wrapped(tx * t.tile[2] + x, t.cells[2]), first_coil + c),
                v);
        }
    };
    launch<32 * kMostCoils>(stream, k.subproblems.size() * groups, per_block * for_coil + for_batch, body, 32 * per_block);
}

} // namespace

template <> void execute<kDevice>(Stream stream, Spread const& k) {
    with_kernel_width(k.tiling.width[2], [&](auto width) { spread<width()>(stream, k); });
}

} // namespace tessera
