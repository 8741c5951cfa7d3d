#include "kernels/arrays/pad.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

// Where voxel i of n is on a periodic axis of `cells`, voxel n / 2 at its beginning.
TESSERA_HD index_t cell_of(index_t i, index_t n, index_t cells) { return i < n / 2 ? i - n / 2 + cells : i - n / 2; }

} // namespace

template <> void execute<kDevice>(Stream stream, PadVolume const& k) {
    auto const kernel = k;
    Indices<4> const indices(k.grid);
    for_each(stream, k.grid.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [volumes, wz, wy, wx, grid] = kernel;
        auto const at = indices(i);
        index_t voxel[3];
        bool inside = true;
        for (int d = 0; d < 3; ++d) {
            index_t const n = volumes.shape[d + 1], shifted = at[d] + n / 2;
            voxel[d] = shifted < grid.shape[d] ? shifted : shifted - grid.shape[d];
            inside = inside && voxel[d] < n;
        }
        grid[i] = inside ? (wz[voxel[0]] * wy[voxel[1]] * wx[voxel[2]]) * volumes(at[3], voxel[0], voxel[1], voxel[2]) : complex{};
    });
}

template <> void execute<kDevice>(Stream stream, CropVolume const& k) {
    auto const kernel = k;
    auto const& v = k.volumes.shape;
    Indices<4> const indices({v[1], v[2], v[3], v[0]}); // in the order of the grid, whose coils lie side by side
    for_each(stream, k.volumes.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [grid, wz, wy, wx, volumes] = kernel;
        auto const [z, y, x, c] = indices(i);
        volumes(c, z, y, x) = (wz[z] * wy[y] * wx[x]) *
            grid(cell_of(z, volumes.shape[1], grid.shape[0]), cell_of(y, volumes.shape[2], grid.shape[1]),
                cell_of(x, volumes.shape[3], grid.shape[2]), c);
    });
}

template <> void execute<kDevice>(Stream stream, PadModulated const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.grid);
    for_each(stream, k.grid.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [volume, pz, py, px, conjugate, grid] = kernel;
        auto const [z, y, x] = indices(i);
        complex v{};
        if (z < volume.shape[0] && y < volume.shape[1] && x < volume.shape[2]) {
            v = volume(z, y, x);
            v = pz[z] * py[y] * px[x] * (conjugate ? conj(v) : v);
        }
        grid[i] = v;
    });
}

template <> void execute<kDevice>(Stream stream, CropModulated const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.volume);
    for_each(stream, k.volume.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [grid, pz, py, px, conjugate, accumulate, volume] = kernel;
        auto const [z, y, x] = indices(i);
        complex const v = conj(pz[z] * py[y] * px[x]) * grid(z, y, x);
        volume[i] = (accumulate ? volume[i] : complex{}) + (conjugate ? conj(v) : v);
    });
}

} // namespace tessera
