#include "core/arrays/tensor.h"
#include "kernels/arrays/pad.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("padding puts the centre voxel at index 0, and cropping takes it back", "[pad]") {
    Context const ctx = each_device();
    auto const [m, g] = GENERATE(std::pair{Matrix{3, 4, 5}, Matrix{6, 7, 10}}, std::pair{Matrix{1, 5, 8}, Matrix{1, 9, 11}},
        std::pair{Matrix{5, 2, 3}, Matrix{5, 2, 3}}, std::pair{Matrix{1, 1, 1}, Matrix{1, 1, 2}});
    index_t const coils = GENERATE(1, 3);
    Shape const volume{coils, m[0], m[1], m[2]}, grid{g[0], g[1], g[2], coils};
    auto const volume_host = random_complex(static_cast<std::size_t>(volume.size()), 1),
               grid_host = random_complex(static_cast<std::size_t>(grid.size()), 2);
    std::array<std::vector<real>, 3> weights;
    std::array<Tensor<real>, 3> w;
    for (std::size_t d = 0; d < 3; ++d) {
        weights[d] = random_real(static_cast<std::size_t>(m[d]), 3 + static_cast<unsigned>(d), 0.5, 2);
        w[d] = Tensor<real>::from(ctx, {m[d]}, weights[d]);
    }
    auto const volumes = Tensor<complex>::from(ctx, volume, volume_host), cells = Tensor<complex>::from(ctx, grid, grid_host);
    Tensor<complex> padded(ctx, grid), cropped(ctx, volume);
    enqueue(ctx.stream(), PadVolume{volumes.view<4>(), w[0].flat(), w[1].flat(), w[2].flat(), padded.view<4>()});
    enqueue(ctx.stream(), CropVolume{cells.view<4>(), w[0].flat(), w[1].flat(), w[2].flat(), cropped.view<4>()});

    std::vector<complex> expected_padded(grid_host.size()), expected_cropped(volume_host.size());
    for (index_t i = 0; i < volume.size(); ++i) {
        index_t const at[3] = {i / m[2] / m[1] % m[0], i / m[2] % m[1], i % m[2]};
        index_t cell = 0;
        real weight = 1;
        for (int d = 0; d < 3; ++d) {
            cell = cell * g[d] + (at[d] - m[d] / 2 + g[d]) % g[d];
            weight *= weights[d][at[d]];
        }
        cell = cell * coils + i / (m[0] * m[1] * m[2]);
        expected_padded[cell] = weight * volume_host[i];
        expected_cropped[i] = weight * grid_host[cell];
    }
    CHECK(relative_error(padded.to_host(), expected_padded) < tolerance(1e-6, 1e-14));
    CHECK(relative_error(cropped.to_host(), expected_cropped) < tolerance(1e-6, 1e-14));
}
