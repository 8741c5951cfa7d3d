#include "kernels/network/halve.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

// Fine voxels along an axis of n for coarse voxel q.
TESSERA_HD index_t extent(index_t q, index_t n) { return n - 2 * q < 2 ? n - 2 * q : 2; }

} // namespace

template <> void execute<kDevice>(Stream stream, SpreadBlocks const& k) {
    auto const kernel = k;
    Indices<4> const indices(k.fine);
    for_each(stream, k.fine.size(), TESSERA_LAMBDA(index_t i) {
        auto const& n = kernel.fine.shape;
        auto const [z, y, x, c] = indices(i);
        real const value = kernel.coarse(z / 2, y / 2, x / 2, c);
        auto const voxels = extent(z / 2, n[0]) * extent(y / 2, n[1]) * extent(x / 2, n[2]);
        kernel.fine[i] = kernel.mean ? value / static_cast<real>(voxels) : value;
    });
}

template <> void execute<kDevice>(Stream stream, GatherBlocks const& k) {
    auto const kernel = k;
    Indices<4> const indices(k.coarse);
    for_each(stream, k.coarse.size(), TESSERA_LAMBDA(index_t i) {
        auto const& n = kernel.fine.shape;
        auto const [z, y, x, c] = indices(i);
        index_t const nz = extent(z, n[0]), ny = extent(y, n[1]), nx = extent(x, n[2]);
        real sum = 0;
        for (index_t a = 0; a < nz; ++a)
            for (index_t b = 0; b < ny; ++b)
                for (index_t d = 0; d < nx; ++d) sum += kernel.fine(2 * z + a, 2 * y + b, 2 * x + d, c);
        kernel.coarse[i] = kernel.mean ? sum / static_cast<real>(nz * ny * nx) : sum;
    });
}

} // namespace tessera
