// The signal-to-noise ratio of images whose noise is known.
#include "recon/comparison/snr_map.h"
#include "recon/methods/recon_config.h"
#include "recon/simulation/simulate.h"
#include "tests/support/acquisitions.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("an SNR map has the noise that gridding lets through", "[snr]") {
    SimulationConfig simulated;
    simulated.matrix = Matrix{16, 18, 20};
    simulated.coils.coils = 3;
    simulated.snr = 40;
    ReconConfig config;
    config.method = Method::gridding;
    config.maps.source = MapsSource::file;
    config.gridding.combine = CoilCombination::maps;
    auto const scan = prepare_scan(Context(), simulate(Context(), simulated), config, true);
    auto const image = Reconstructor(scan, config)(config).to(scan.weights.context().host());
    auto const snr = snr_map(scan, config, config, image, 12);
    REQUIRE(scan.noise_deviation);
    double squares = 0, found = 0, voxels = 0;
    for (real const w : scan.weights.host()) squares += static_cast<double>(w) * static_cast<double>(w);
    double const expected =
        *scan.noise_deviation * *scan.noise_deviation * squares / static_cast<double>(image.size()) / 2; // of the real part
    for (index_t v = 0; v < image.size(); ++v) {
        if (!(snr.data()[v] > 0)) continue;
        found += std::pow(static_cast<double>(abs(image.data()[v])) / static_cast<double>(snr.data()[v]), 2);
        ++voxels;
    }
    CHECK(voxels > 0.9 * static_cast<double>(image.size()));
    CHECK(found / voxels == Approx(expected).epsilon(0.1));
    CHECK(same(snr, snr_map(scan, config, config, image, 12)));
    CHECK(message_of([&] { snr_map(scan, config, config, image, 0); }) == "snr: 0 replicas, expected 1 or more");
}
