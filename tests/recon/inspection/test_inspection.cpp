// What is found in raw data whose faults are known.
#include "recon/inspection/inspection_page.h"
#include "recon/simulation/breathing.h"
#include "tests/support/acquisitions.h"
#include "tests/support/breathing_scan.h"

#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

SimulationConfig faulty_thorax() {
    auto config = breathing_thorax();
    config.coils.dead = 1;
    config.trajectory.undersampling = 1;
    config.breathing.spikes = 0.01;
    config.phase_drift = 2;
    config.delays.samples = {0.5, 0.5, 0.5};
    return config;
}

bool holds(std::string const& text, char const* what) { return text.find(what) != std::string::npos; }

} // namespace

TEST_CASE("an inspection finds what is wrong with a scan", "[inspection]") {
    auto const config = faulty_thorax();
    auto const a = simulate(Context(), config);
    auto const found = inspect(a, {{"respiration"}, true}, {});
    CHECK(found.seconds);
    CHECK(found.approach.empty());
    auto spikes = add_spikes(a.kspace.clone(), config.breathing.spikes, config.seed); // says which they were
    std::sort(spikes.begin(), spikes.end());
    CHECK(found.spikes == spikes);
    REQUIRE(found.signals.size() == 2);
    CHECK(found.signals[0].from == "as recorded");
    CHECK(std::abs(correlation(found.signals[0].values, found.signals[1].values)) > 0.9);
    CHECK(std::ssize(found.gate) == a.readouts());
    for (index_t const r : found.spikes) CHECK(found.gate[static_cast<std::size_t>(r)] == 0);
    CHECK(found.states.size() == 4);
    CHECK(found.drift.back() - found.drift.front() == Approx(2).margin(0.3));
    std::vector<bool> dead;
    for (auto const& coil : found.coils) dead.push_back(coil.dead);
    CHECK(dead == std::vector<bool>{false, false, false, true});
    REQUIRE(found.noise_correlation);
    CHECK(found.noise_correlation->view<2>()(1, 1) == Approx(1));
    CHECK(found.noise_correlation->view<2>()(0, 1) < 0.6);
    REQUIRE(found.delays);
    for (double const d : found.delays->delays.samples) CHECK(d == Approx(0.5).margin(0.05));

    auto const page = report::inspection_page(found, {{"method", "memory"}, {{"gridding", "1 GiB"}}, ""});
    for (char const* const text : {"<svg", "data:image/png", "sees nothing", "spikes", "Gradient delays", "state 4", "gridding",
             "1 of 4 coils: no signal", "The two correlate by 0.9"}) {
        CAPTURE(text);
        CHECK(holds(page, text));
    }
    CHECK_FALSE(holds(page, "<script"));
    CHECK_FALSE(holds(page, "src=\"http"));
}

TEST_CASE("what cannot be found is said", "[inspection]") {
    auto const a = random_acquisition();
    auto const found = inspect(a, {}, {}, {}, true);
    CHECK(found.signals.size() == 1); // the file's
    CHECK_FALSE(found.missing.empty());
    CHECK_FALSE(found.delays);
    CHECK(holds(found.no_delays, "delays: "));
    CHECK(holds(report::inspection_page(found, {}), "delays: "));
    CHECK(inspect(a, {}, {}, {}, false).no_delays == "not looked for");
}

TEST_CASE("coverage counts samples for each cell", "[inspection]") {
    index_t const n = 20;
    Tensor<real> const grid(Context(), {n * n * n, 3}); // one sample a cell
    for (index_t i = 0; i < n * n * n; ++i)
        for (index_t d = 0; d < 3; ++d)
            grid.data()[3 * i + d] = static_cast<real>(static_cast<double>(d == 0 ? i % n
                                                               : d == 1           ? i / n % n
                                                                                  : i / n / n) -
                0.5 * n + 0.5);
    auto const coverage = coverage_of(grid, {n, n, n}, 4);
    REQUIRE(coverage.density.size() == 4);
    for (double const density : coverage.density) CHECK(density == Approx(1).margin(0.2));
    CHECK(coverage.radius[1] == Approx(0.375));
    Tensor<real> const ring(Context(), {1, 3});
    ring.data()[0] = 5;
    ring.data()[1] = ring.data()[2] = 0;
    auto const plane = coverage_of(ring, {1, n, n}, 4); // |k| is half of the edge: the third shell, of area pi (0.75^2 - 0.5^2) 100
    CHECK(plane.density[2] == Approx(1 / (std::numbers::pi * 31.25)));
    CHECK(plane.density[1] == 0);
}

TEST_CASE("noise that is shared is correlated", "[inspection]") {
    auto values = random_complex(300, 1);
    for (std::size_t i = 0; i < 100; ++i) {
        values[100 + i] = complex{0, 2} * values[i];
        values[200 + i] = {};
    }
    auto const correlation = correlation_of(Tensor<complex>::from(Context(), {3, 100}, values));
    CHECK(correlation.view<2>()(0, 1) == Approx(1));
    CHECK(correlation.view<2>()(0, 2) == 0);
}
