// Gradient delays: what they do to a trajectory, and whether they are found again.
#include "core/arrays/vector_ops.h"
#include "recon/delays/central_model.h"
#include "recon/delays/correct_delays.h"
#include "recon/delays/estimate_delays.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/image_quality.h"
#include "recon/simulation/simulate.h"
#include "tests/support/acquisitions.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// A thorax of 24^3 voxels whose gradients are late.
SimulationConfig late_thorax(TrajectoryKind kind, bool centre_out, Delays const& delays) {
    SimulationConfig config;
    config.matrix = Matrix{24, 24, 24};
    config.coils.coils = 4;
    config.snr = 30;
    config.noise_samples = 256;
    config.trajectory.kind = kind;
    config.trajectory.centre_out = centre_out;
    config.trajectory.readout_oversampling = 2;
    config.delays = delays;
    return config;
}

double largest_difference(PerAxis const& a, PerAxis const& b) {
    double largest = 0;
    for (std::size_t d = 0; d < 3; ++d) largest = std::max(largest, std::abs(a[d] - b[d]));
    return largest;
}

/// A straight readout [1, n, 3] from `from` on, `step` (x, y, z) from one sample to the next.
Tensor<real> spoke(Vector3 const& from, Vector3 const& step, index_t n) {
    Tensor<real> const k(Context(), {1, n, 3});
    for (index_t s = 0; s < n; ++s)
        for (index_t d = 0; d < 3; ++d)
            k.data()[3 * s + d] =
                static_cast<real>(from[static_cast<std::size_t>(d)] + static_cast<double>(s) * step[static_cast<std::size_t>(d)]);
    return k;
}

double const kExact = sizeof(real) == 8 ? 1e-12 : 1e-5;

} // namespace

TEST_CASE("a late gradient shifts straight readouts along its axis", "[delays]") {
    auto const k = spoke({-4, 1, -2}, {1, 0.5, -0.25}, 9);
    auto const late = delayed(k, {2, 0, 0.3}); // z, y, x
    for (index_t s = 0; s < 9; ++s) {
        CAPTURE(s);
        CHECK(late.data()[3 * s] == Approx(k.data()[3 * s] - 0.3).margin(kExact));
        CHECK(late.data()[3 * s + 1] == Approx(k.data()[3 * s + 1]).margin(kExact));
        CHECK(late.data()[3 * s + 2] == Approx(k.data()[3 * s + 2] + 0.5).margin(kExact));
    }
    CHECK(delayed(k, {0, 0, 0}).data() == k.data());
}

TEST_CASE("a readout that starts at rest in the centre waits there", "[delays]") {
    auto const late = delayed(spoke({0, 0, 0}, {0, 0, 1}, 5), {1.5, 0, 0});
    double const expected[] = {0, 0, 0.5, 1.5, 2.5};
    for (index_t s = 0; s < 5; ++s)
        if (s != 2) CHECK(late.data()[3 * s + 2] == Approx(expected[s]).margin(kExact)); // between rest and motion a cubic is not exact
    CHECK(late.data()[8] == Approx(0.5).margin(0.1));
    auto const early = delayed(spoke({0, 0, 0}, {0, 0, 1}, 5), {-1.5, 0, 0});
    CHECK(early.data()[2] == Approx(1.5).margin(kExact));
}

TEST_CASE("between samples a trajectory is a cubic", "[delays]") {
    auto const at = [](double t) { return 0.02 * t * t * t - 0.1 * t * t + t - 3; };
    Tensor<real> const k = Tensor<real>::zeros(Context(), {1, 8, 3});
    for (index_t s = 0; s < 8; ++s) k.data()[3 * s] = static_cast<real>(at(static_cast<double>(s)));
    auto const late = delayed(k, {0, 0, 0.4});
    for (index_t s = 2; s < 7; ++s) CHECK(late.data()[3 * s] == Approx(at(static_cast<double>(s) - 0.4)).margin(kExact));
}

TEST_CASE("gradients are the speed of a trajectory, of the strongest", "[delays]") {
    Tensor<real> const k(Context(), {2, 4, 3});
    k[0].copy_from(spoke({0, 0, 0}, {0, 3, 4}, 4)[0]);
    k[1].copy_from(spoke({1, 1, 1}, {-1, 0, 0}, 4)[0]);
    auto const g = gradients_of(k);
    CHECK(g.strongest == Approx(5));
    for (index_t s = 0; s < 4; ++s) {
        CHECK(g.values.view<3>()(0, s, 1) == Approx(0.6));
        CHECK(g.values.view<3>()(0, s, 2) == Approx(0.8));
        CHECK(g.values.view<3>()(1, s, 0) == Approx(-0.2));
    }
    auto const still = gradients_of(Tensor<real>::zeros(Context(), {2, 1, 3}));
    CHECK(still.strongest == 0);
}

TEST_CASE("the phase of gradients is undone by its negative", "[delays]") {
    auto const a = random_acquisition();
    auto const y = a.kspace.clone();
    add_gradient_phase(y, a.trajectory, {0.3, -0.2, 0.1});
    CHECK_FALSE(same(y, a.kspace));
    CHECK(norm(y) == Approx(norm(a.kspace)));
    add_gradient_phase(y, a.trajectory, {-0.3, 0.2, -0.1});
    axpby(-1, a.kspace, 1, y);
    CHECK(norm(y) < 1e-5 * norm(a.kspace));
}

TEST_CASE("a step of Gauss and Newton finds a small delay at once", "[delays]") {
    Delays const truth{{0.15, -0.1, 0.05}, {0.05, 0, -0.03}};
    auto config = late_thorax(TrajectoryKind::koosh_ball, false, truth);
    config.snr.reset();
    config.trajectory.readouts = 700;
    auto const a = simulate(Context(), config);
    CentralModel const model(Context(), a.matrix, a.trajectory, a.kspace, 8);
    CHECK(model.axes() == std::array{true, true, true});
    CHECK(model.longest_step() == Approx(0.5).epsilon(0.02));
    auto const nominal = model.fit({}, model.no_images(), 60);
    auto const step = model.step(nominal);
    auto const there = model.fit(step, nominal.images, 60);
    CHECK(largest_difference({step[0], step[1], step[2]}, truth.samples) < 0.03);
    CHECK(largest_difference({step[3], step[4], step[5]}, truth.phase) < 0.01);
    CHECK(there.cost < 0.3 * nominal.cost);
}

TEST_CASE("delays of every kind of trajectory are found again", "[delays]") {
    struct Case {
        TrajectoryKind kind;
        bool centre_out;
        Delays truth;
    };
    auto const c = GENERATE(Case{TrajectoryKind::koosh_ball, false, {{2.5, 2, 3}, {0.2, -0.1, 0.05}}},
        Case{TrajectoryKind::koosh_ball, true, {{0.6, 0.2, 1}, {0.1, 0.2, 0}}},
        Case{TrajectoryKind::stack_of_stars, false, {{0, 0.7, -0.5}, {0, 0.1, -0.2}}},
        Case{TrajectoryKind::cones, false, {{0.5, -0.3, 0.6}, {0, 0, 0}}},
        Case{TrajectoryKind::spiral_3d, false, {{0.4, 0.8, -0.6}, {0, 0, 0}}});
    CAPTURE(config_name(c.kind), c.centre_out, c.truth.samples);
    auto const found = estimate_delays(simulate(Context(), late_thorax(c.kind, c.centre_out, c.truth)), {24, 24, 24});
    CAPTURE(found.delays.samples, found.delays.phase, found.error_before, found.error_after);
    CHECK(largest_difference(found.delays.samples, c.truth.samples) < 0.05);
    CHECK(largest_difference(found.delays.phase, c.truth.phase) < 0.03);
    CHECK(found.error_after < found.error_before);
    CHECK(found.seen[0] == (c.kind != TrajectoryKind::stack_of_stars));
}

TEST_CASE("delays in a plane are found again", "[delays]") {
    auto config = late_thorax(TrajectoryKind::radial_2d, false, {{0, 0.6, -0.4}, {0, 0.1, 0}});
    config.matrix = Matrix{1, 64, 64};
    auto const found = estimate_delays(simulate(Context(), config), {1, 64, 64});
    CAPTURE(found.delays.samples, found.delays.phase, found.error_before, found.error_after);
    CHECK(largest_difference(found.delays.samples, config.delays.samples) < 0.05);
    CHECK(found.delays.samples[0] == 0);
}

TEST_CASE("where nothing is late, nothing is found", "[delays]") {
    auto const found = estimate_delays(simulate(Context(), late_thorax(TrajectoryKind::koosh_ball, false, {})), {24, 24, 24});
    CHECK(largest_difference(found.delays.samples, {}) < 0.02);
    CHECK(largest_difference(found.delays.phase, {}) < 0.02);
    CHECK(found.error_after == Approx(found.error_before).epsilon(0.02));
}

TEST_CASE("images are better when delays are corrected", "[delays]") {
    auto const late = late_thorax(TrajectoryKind::koosh_ball, false, {{1.2, 0.6, 0.9}, {0.3, 0, 0}});
    auto const a = simulate(Context(), late);
    ReconConfig config;
    config.method = Method::gridding;
    config.maps.source = MapsSource::file;
    config.gridding.combine = CoilCombination::maps;
    auto const error = [&](DelaysKind kind) {
        config.delays.kind = kind;
        auto const scan = prepare_scan(Context(), a, config, true);
        return nrmse(magnitude(Reconstructor(scan, config)(config)), *scan.expected, object_mask(*scan.expected));
    };
    auto const before = a.kspace.clone();
    double const without = error(DelaysKind::off), estimated = error(DelaysKind::estimate);
    config.delays.samples = late.delays.samples;
    config.delays.phase = late.delays.phase;
    double const given = error(DelaysKind::given);
    CAPTURE(without, estimated, given);
    CHECK(estimated < 0.9 * without);
    CHECK(estimated == Approx(given).epsilon(0.03));
    CHECK(same(a.kspace, before)); // what the caller has stays as it was
}

TEST_CASE("too few readouts through the centre say so", "[delays]") {
    auto a = random_acquisition(2, 5, 7);
    CHECK(message_of([&] { estimate_delays(a, a.matrix); }) ==
        "made up: delays: 5 readouts come within 3.75 cycles per field of view of k = 0, at least 8 are needed");
}
