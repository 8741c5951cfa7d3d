#include "recon/formats/read.h"
#include "recon/formats/write.h"
#include "recon/simulation/breathing.h"
#include "tests/support/acquisitions.h"
#include "tests/support/breathing_scan.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

SimulationConfig small(double amplitude) {
    auto config = breathing_thorax();
    config.matrix = Matrix{12, 14, 16};
    config.fov_mm = Vector3{400, 300, 400};
    config.coils.coils = 2;
    config.snr.reset();
    config.trajectory.readouts = 60;
    config.breathing.amplitude_mm = amplitude;
    config.breathing.repetition_time_ms = 200;
    config.breathing.states = 5;
    return config;
}

} // namespace

TEST_CASE("a regular breath has its period and depth, and stays near expiration", "[breathing]") {
    BreathingConfig config;
    config.amplitude_mm = 20;
    config.irregularity = 0;
    config.repetition_time_ms = 50;
    auto const course = breathing_course(config, 240, 1); // 12 s
    CHECK(course[0] == 0);
    CHECK(course[40] == Approx(20)); // half of 4 s
    CHECK(course[60] == Approx(5));  // sin^4 of 135 degrees
    CHECK(course[120] == Approx(course[40]));
    CHECK(std::count_if(course.begin(), course.end(), [](double v) { return v < 10; }) > 130);
    config.irregularity = 0.2;
    auto const irregular = breathing_course(config, 4000, 1);
    double const deepest = *std::max_element(irregular.begin(), irregular.end());
    CHECK(deepest > 22);
    CHECK(*std::min_element(irregular.begin(), irregular.end()) >= 0);
    CHECK(breathing_course(config, 4000, 1) == irregular);
    CHECK(breathing_course(config, 4000, 2) != irregular);
}

TEST_CASE("the diaphragm moves by the whole way, the apex not at all", "[breathing]") {
    Matrix const n{100, 1, 2};
    SamplingGrid const grid(n, {1, 1, 1});
    Tensor<complex> const object(Context(), {100, 1, 2});
    for (index_t i = 0; i < 200; ++i) object.data()[i] = {static_cast<real>(i / 2), real(1)};
    CHECK(same(inspired(object, grid, 0), object));
    auto const moved = inspired(object, grid, 0.1);
    for (index_t z = 0; z < 100; ++z) {
        CAPTURE(z);
        double const came_from = moved.data()[2 * z].re; // planes count from the feet
        if (z <= 20) CHECK(came_from == Approx(static_cast<double>(z + 10)).margin(1e-3));
        if (z >= 80) CHECK(came_from == Approx(static_cast<double>(z)).margin(1e-3));
        if (z > 0) CHECK(came_from >= moved.data()[2 * z - 2].re); // nothing folds
    }
    CHECK(message_of([&] { inspired(object, grid, 0.5); }) ==
        "simulate: the diaphragm moves by 0.50 of the field of view, expected 0 to 0.3");
}

TEST_CASE("every readout sees the nearest state", "[breathing]") {
    auto const states = readouts_by_state({0, 1, 2, 2.6, 4}, 3);
    CHECK(states == std::vector<std::vector<index_t>>{{0}, {1, 2, 3}, {4}}); // 1 of 4 lies in the middle: rounded up
    CHECK(readouts_by_state({0, 0}, 2) == std::vector<std::vector<index_t>>{{0, 1}, {}});
}

TEST_CASE("readouts at expiration are those of the object at rest, others are not", "[breathing]") {
    auto const still = simulate(Context(), small(0)), breathing = simulate(Context(), small(40));
    CHECK(still.respiration.empty());
    REQUIRE(breathing.respiration.size() == 60);
    CHECK(breathing.times[59] == Approx(11.8));
    CHECK(same(still.reference, breathing.reference));
    auto const states = readouts_by_state(breathing.respiration, 5);
    auto const error = [&](index_t r) {
        Tensor<complex> const readout = breathing.kspace[0][r], at_rest = still.kspace[0][r];
        auto const a = readout.host(), b = at_rest.host();
        double difference = 0, norm = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            difference += norm2(a[i] - b[i]);
            norm += norm2(b[i]);
        }
        return std::sqrt(difference / norm);
    };
    REQUIRE(states[0].size() > 5);
    for (index_t const r : states[0]) CHECK(error(r) < 1e-4);
    for (index_t const r : states[3]) CHECK(error(r) > 1e-2);
}

TEST_CASE("a breathing scan keeps its times and signal in the file", "[breathing]") {
    TemporaryFolder const folder;
    auto config = small(30);
    config.breathing.spikes = 0.1;
    auto const a = simulate(Context(), config);
    write_acquisition(folder / "a.h5", a);
    auto const b = read_acquisition(folder / "a.h5");
    CHECK(b.times == a.times);
    CHECK(b.respiration == a.respiration);
    config.breathing.spikes = 0;
    auto const clean = simulate(Context(), config);
    int spoiled = 0;
    for (index_t r = 0; r < 60; ++r) spoiled += norm2(a.kspace.view<3>()(0, r, 0)) > 20 * norm2(clean.kspace.view<3>()(0, r, 0));
    CHECK(spoiled > 1);
    CHECK(spoiled < 15);
}

TEST_CASE("k-space in closed form is for objects at rest", "[breathing]") {
    auto config = small(10);
    config.anatomy = Anatomy::ellipsoids;
    config.coils.coils = 1;
    config.phase = 0;
    config.kspace = KspacePath::analytic;
    CHECK(message_of([&] { simulate(Context(), config); }) ==
        "simulate: /breathing/amplitude_mm is 10, but k-space in closed form is that of an object at rest");
}

TEST_CASE("a held breath is the truth of the state in which readouts were", "[breathing]") {
    auto config = small(60);
    config.breathing.irregularity = 0;
    auto const moving = simulate(Context(), config);
    auto still = small(0);
    still.breathing.held_mm = *std::max_element(moving.respiration.begin(), moving.respiration.end());
    auto const held = simulate(Context(), still);
    CHECK(held.respiration.empty());
    CHECK(held.vessels.empty());
    CHECK_FALSE(same(*held.reference, *moving.reference));
    auto const deepest = std::max_element(moving.respiration.begin(), moving.respiration.end()) - moving.respiration.begin();
    for (index_t c = 0; c < 2; ++c)
        CHECK(relative_error(held.kspace[c][deepest].to_host(), moving.kspace[c][deepest].to_host()) < tolerance(1e-5, 1e-10));
    config.breathing.held_mm = 10;
    CHECK_THAT(message_of([&] { simulate(Context(), config); }), Catch::Contains("/breathing/held_mm is 10"));
}
