#include "kernels/arrays/pad.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, PadVolume const& k) {
    auto const kernel = k;
    for_each(stream, k.grid.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [volumes, wz, wy, wx, grid] = kernel;
        index_t const c = i % grid.shape[3], cell = i / grid.shape[3];
        index_t const at[3] = {cell / grid.shape[2] / grid.shape[1], cell / grid.shape[2] % grid.shape[1], cell % grid.shape[2]};
        index_t voxel[3];
        bool inside = true;
        for (int d = 0; d < 3; ++d) {
            index_t const n = volumes.shape[d + 1];
            voxel[d] = (at[d] + n / 2) % grid.shape[d];
            inside = inside && voxel[d] < n;
        }
        grid[i] = inside ? (wz[voxel[0]] * wy[voxel[1]] * wx[voxel[2]]) * volumes(c, voxel[0], voxel[1], voxel[2]) : complex{};
    });
}

template <> void execute<kDevice>(Stream stream, CropVolume const& k) {
    auto const kernel = k;
    for_each(stream, k.volumes.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [grid, wz, wy, wx, volumes] = kernel;
        index_t const nx = volumes.shape[3], ny = volumes.shape[2], nz = volumes.shape[1];
        index_t const x = i % nx, y = i / nx % ny, z = i / nx / ny % nz, c = i / nx / ny / nz;
        auto const wrap = [](index_t voxel, index_t n, index_t cells) { return (voxel - n / 2 + cells) % cells; };
        volumes[i] = (wz[z] * wy[y] * wx[x]) * grid(wrap(z, nz, grid.shape[0]), wrap(y, ny, grid.shape[1]), wrap(x, nx, grid.shape[2]), c);
    });
}

template <> void execute<kDevice>(Stream stream, PadModulated const& k) {
    auto const kernel = k;
    for_each(stream, k.grid.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [volume, pz, py, px, conjugate, grid] = kernel;
        index_t const x = i % grid.shape[2], y = i / grid.shape[2] % grid.shape[1], z = i / grid.shape[2] / grid.shape[1];
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
    for_each(stream, k.volume.size(), TESSERA_LAMBDA(index_t i) {
        auto const& [grid, pz, py, px, conjugate, accumulate, volume] = kernel;
        index_t const x = i % volume.shape[2], y = i / volume.shape[2] % volume.shape[1], z = i / volume.shape[2] / volume.shape[1];
        complex const v = conj(pz[z] * py[y] * px[x]) * grid(z, y, x);
        volume[i] = (accumulate ? volume[i] : complex{}) + (conjugate ? conj(v) : v);
    });
}

} // namespace tessera
