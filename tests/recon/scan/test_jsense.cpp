#include "kernels/arrays/coils.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/metrics.h"
#include "recon/scan/jsense.h"
#include "recon/simulation/simulate.h"
#include "tests/support/acquisitions.h"

using namespace tessera;
using namespace tessera::test;

namespace {

Acquisition noiseless_scan(Matrix const& matrix, index_t coils, double undersampling) {
    SimulationConfig config;
    config.matrix = matrix;
    config.coils.coils = coils;
    config.trajectory.kind = matrix[0] == 1 ? TrajectoryKind::radial_2d : TrajectoryKind::koosh_ball;
    config.trajectory.undersampling = undersampling;
    config.trajectory.readout_oversampling = 2;
    auto scan = simulate(Context(), config);
    scan.source = "simulated";
    return scan;
}

ReconConfig config_with(MapsSource source) {
    ReconConfig config;
    config.maps.source = source;
    config.maps.calibration = 16;
    config.maps.order = 2;
    config.maps.resolution = MapsResolution::full; // the maps themselves, not splines of them
    config.density.kind = DensityKind::radial;
    config.coils.prewhiten = false;
    return config;
}

/// Mean of |<s, t>| over the voxels where there is signal; 1 for equal maps of unit norm, whatever their phase.
double agreement(Tensor<complex> const& s, Tensor<complex> const& t, Tensor<complex> const& object) {
    index_t const n = object.size(), coils = s.shape()[0];
    double largest = 0, sum = 0;
    for (index_t i = 0; i < n; ++i) largest = std::max(largest, double(abs(object.data()[i])));
    index_t count = 0;
    for (index_t i = 0; i < n; ++i) {
        if (abs(object.data()[i]) < 0.1 * largest) continue;
        Complex<double> product;
        for (index_t c = 0; c < coils; ++c) {
            complex const a = s.data()[c * n + i], b = t.data()[c * n + i];
            product += Complex<double>{a.re, -double(a.im)} * Complex<double>{b.re, b.im};
        }
        sum += abs(product);
        ++count;
    }
    return sum / static_cast<double>(count);
}

double error_of(Scan const& scan, ReconConfig const& config) {
    auto const found = magnitude(Reconstructor(scan, config)(config));
    auto const scale = static_cast<real>(fit_scale(found, *scan.expected));
    for (index_t i = 0; i < found.size(); ++i) found.data()[i] *= scale;
    return nrmse(found, *scan.expected);
}

} // namespace

TEST_CASE("jsense finds the maps of a simulation, and images are nearly as good with them", "[jsense]") {
    Matrix const m = GENERATE(Matrix{18, 16, 20}, Matrix{1, 32, 32});
    Context const cpu;
    auto const acquisition = noiseless_scan(m, 6, m[0] == 1 ? 1.5 : 2);
    auto const config = config_with(MapsSource::jsense), true_config = config_with(MapsSource::file);
    auto const estimated = prepare_scan(cpu, acquisition, config, true), known = prepare_scan(cpu, acquisition, true_config, true);

    auto const known_maps = known.maps.values(0, 6), estimated_maps = estimated.maps.values(0, 6);
    index_t const voxels = known_maps.shape().tail().size();
    double norm = 0;
    for (index_t c = 0; c < 6; ++c) norm += norm2(estimated_maps.data()[c * voxels + voxels / 3]);
    CHECK(norm == Approx(1));
    CHECK(agreement(known_maps, known_maps, *acquisition.reference) == Approx(1));
    double const found = agreement(estimated_maps, known_maps, *acquisition.reference);
    CHECK(found > 0.98);

    double const error = error_of(estimated, config), true_error = error_of(known, true_config);
    CAPTURE(error, true_error, found);
    CHECK(true_error < 0.15);
    CHECK(error < 1.2 * true_error + 0.01);
}

TEST_CASE("the map of a single coil has magnitude 1", "[jsense]") {
    auto const scan = prepare_scan(Context(), noiseless_scan({12, 12, 12}, 1, 2), config_with(MapsSource::jsense), true);
    auto const map = scan.maps.values(0, 1);
    for (complex const v : map.host()) REQUIRE(abs(v) == Approx(1).epsilon(1e-4));
}

TEST_CASE("jsense says what it misses", "[jsense]") {
    Context const cpu;
    std::vector<real> const k{6, 6, 6, -5, 7, 6, 0, 5, 7};
    auto const trajectory = Tensor<real>::from(cpu, {3, 3}, k);
    auto const ones = random_real(3, 1, 1, 1);
    auto const weights = Tensor<real>::from(cpu, {3}, ones);
    auto const kspace = Tensor<complex>::from(cpu, {2, 3}, random_complex(6, 2));
    auto const maps = [&](Matrix const& m, Tensor<complex> const& y, Tensor<real> const& w) {
        return message_of([&] { jsense_maps(Context(), m, y, trajectory, w, {.calibration = 8, .order = 1}); });
    };
    CHECK(maps({16, 16, 16}, kspace, weights) == "jsense: no sample lies in the central 8 x 8 x 8 of k-space");
    CHECK(maps({1, 16, 16}, kspace, Tensor<real>::zeros(cpu, {3})) == "jsense: no sample lies in the central 1 x 8 x 8 of k-space");
    auto const inner = Tensor<real>::zeros(cpu, {3, 3});
    CHECK(message_of([&] {
        jsense_maps(Context(), {16, 16, 16}, kspace, inner, Tensor<real>::zeros(cpu, {3}), {.calibration = 8, .order = 1});
    }) == "jsense: all density compensation weights in the centre of k-space are zero");
    CHECK(message_of([&] {
        jsense_maps(Context(), {16, 16, 16}, Tensor<complex>::zeros(cpu, {2, 3}), inner, weights, {.calibration = 8, .order = 1});
    }) == "jsense: the centre of k-space is zero");
}
