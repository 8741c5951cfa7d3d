#include "recon/simulation/structures.h"
#include "tests/support/devices.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

TEST_CASE("a random scene follows from its seed, lies in its field of view, and shows the same on any grid", "[structures]") {
    auto const seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3, 4));
    SamplingGrid const grid({24, 30, 27}, {240, 300, 270});
    auto const values = random_structures(grid, seed).to_host();
    CHECK(values == random_structures(grid, seed).to_host());
    CHECK(values != random_structures(grid, seed + 100).to_host());
    std::size_t dark = 0;
    for (real const v : values) {
        REQUIRE(std::isfinite(v));
        REQUIRE(v >= 0);
        dark += v == 0 ? 1 : 0;
    }
    CHECK(*std::max_element(values.begin(), values.end()) < 2.5);
    CHECK(dark > values.size() / 20); // air
    CHECK(dark < values.size() * 95 / 100);

    // Voxels of half the size have about the same mean: only sheets thinner than a voxel are painted too thick.
    auto const fine = random_structures(grid.refined(2), seed).to_host();
    double coarse_sum = 0, fine_sum = 0;
    for (real const v : values) coarse_sum += v;
    for (real const v : fine) fine_sum += v;
    CHECK(fine_sum / 8 == Approx(coarse_sum).epsilon(0.1));
}

TEST_CASE("scenes lie at different places", "[structures]") {
    SamplingGrid const grid({20, 20, 20}, {200, 200, 200});
    std::vector<double> centres;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        auto const volume = random_structures(grid, seed);
        auto const v = volume.view<3>();
        double sum = 0, moment = 0;
        for (index_t z = 0; z < 20; ++z)
            for (index_t i = 0; i < 400; ++i) {
                sum += v(z, i / 20, i % 20);
                moment += static_cast<double>(z) * v(z, i / 20, i % 20);
            }
        centres.push_back(moment / sum);
    }
    auto const [low, high] = std::minmax_element(centres.begin(), centres.end());
    CHECK(*high - *low > 2);
}
