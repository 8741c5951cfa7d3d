// What the weights that come with the program make of scans of three kinds that their training never saw.
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/image_quality.h"
#include "recon/simulation/simulate.h"
#include "tests/support/catch.h"

using namespace tessera;

namespace {

struct Kind {
    char const* name;
    Anatomy anatomy;
    TrajectoryKind trajectory;
    Matrix matrix;
    double undersampling, snr;
    double most_nrmse, least_ssim; ///< in the object; in the whole volume
};

Scan scan_of(Kind const& kind, ScanConfig const& config) {
    SimulationConfig s;
    s.seed = 7100;
    s.anatomy = kind.anatomy;
    s.matrix = kind.matrix;
    s.snr = kind.snr;
    s.coils.coils = 4;
    s.trajectory.kind = kind.trajectory;
    s.trajectory.undersampling = kind.undersampling;
    s.trajectory.readout_oversampling = 2;
    return prepare_scan(Context(), simulate(Context(), s), config, true);
}

struct Quality {
    ImageQuality object, volume;
};

Quality quality_of(Scan const& scan, ScanConfig const& config, MethodConfig const& method) {
    auto const image = magnitude(Reconstructor(scan, config)(method));
    return {quality(image, *scan.expected, object_mask(*scan.expected)), quality(image, *scan.expected)};
}

} // namespace

TEST_CASE("the weights that come with the program reconstruct three kinds of scans", "[shipped-weights]") {
    auto const kind = GENERATE(Kind{"thorax, koosh ball", Anatomy::thorax, TrajectoryKind::koosh_ball, {40, 44, 48}, 6, 25, 0.12, 0.9},
        Kind{"ellipsoids, cones", Anatomy::ellipsoids, TrajectoryKind::cones, {44, 40, 40}, 3, 30, 0.175, 0.88},
        Kind{"structures, stack of stars", Anatomy::structures, TrajectoryKind::stack_of_stars, {36, 44, 44}, 4, 40, 0.12, 0.9});
    CAPTURE(kind.name);
    ScanConfig const config;
    auto const scan = scan_of(kind, config);
    MethodConfig mbdl, gridding;
    mbdl.method = Method::mbdl;
    gridding.method = Method::gridding;
    gridding.gridding.combine = CoilCombination::maps;
    auto const network = quality_of(scan, config, mbdl), plain = quality_of(scan, config, gridding);
    CAPTURE(network.object.nrmse, network.volume.nrmse, network.volume.ssim, plain.object.nrmse, plain.volume.nrmse, plain.volume.ssim);
    CHECK(network.object.nrmse < kind.most_nrmse);
    CHECK(network.volume.ssim > kind.least_ssim);
    CHECK(network.object.nrmse < 0.9 * plain.object.nrmse);
    CHECK(network.volume.nrmse < 0.9 * plain.volume.nrmse);
    CHECK(network.volume.ssim > plain.volume.ssim);
}
