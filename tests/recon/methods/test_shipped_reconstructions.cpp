// Small scans of three kinds with the weights that come with the program: better than gridding and than compressed sensing at a weight
// that suits all three, and as good as when the weights were made.
#include "recon/methods/methods.h"
#include "recon/metrics/image_quality.h"
#include "recon/simulation/simulate.h"
#include "tests/support/catch.h"

using namespace tessera;

namespace {

struct Kind {
    std::string name;
    SimulationConfig simulation;
    double bound; // NRMSE in the object
};

std::vector<Kind> kinds() {
    auto const scan = [](Anatomy anatomy, TrajectoryKind kind, double undersampling, double snr) {
        SimulationConfig c;
        c.seed = 77; // in no line of configs/weights/scans.txt
        c.anatomy = anatomy;
        c.matrix = Matrix{36, 32, 40};
        c.fov_mm = Vector3{330, 300, 380};
        c.snr = snr;
        c.coils.coils = 6;
        c.trajectory.kind = kind;
        c.trajectory.undersampling = undersampling;
        c.trajectory.readout_oversampling = 2;
        return c;
    };
    return {{"koosh-ball, thorax", scan(Anatomy::thorax, TrajectoryKind::koosh_ball, 6, 25), 1},
        {"stack of stars, structures", scan(Anatomy::structures, TrajectoryKind::stack_of_stars, 3, 20), 1},
        {"cones, ellipsoids", scan(Anatomy::ellipsoids, TrajectoryKind::cones, 3, 30), 1}};
}

} // namespace

TEST_CASE("the weights that come with the program beat gridding and compressed sensing", "[shipped-weights]") {
    if (sizeof(real) != 4) return; // loops in place of fast convolutions
    auto const kind = kinds().at(static_cast<std::size_t>(GENERATE(0, 1, 2)));
    CAPTURE(kind.name);
    Context const context;
    auto const scan = prepare_scan(context, simulate(context, kind.simulation), {}, true);
    auto const object = object_mask(*scan.expected);
    Reconstructor reconstruct(scan, {});
    auto const nrmse = [&](Method method) {
        MethodConfig config;
        config.method = method;
        config.gridding.combine = CoilCombination::maps;
        config.l1_wavelet.lambda = 0.03;
        return quality(magnitude(reconstruct(config)), *scan.expected, object).nrmse;
    };
    double const mbdl = nrmse(Method::mbdl), gridding = nrmse(Method::gridding), l1_wavelet = nrmse(Method::l1_wavelet);
    INFO("NRMSE: mbdl " << mbdl << ", gridding " << gridding << ", l1-wavelet " << l1_wavelet);
    CHECK(mbdl < gridding);
    CHECK(mbdl < l1_wavelet);
    CHECK(mbdl < kind.bound);
}
