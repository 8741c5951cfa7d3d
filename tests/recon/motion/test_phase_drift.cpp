// Off-resonance that drifts, and coils that see nothing.
#include "core/arrays/vector_ops.h"
#include "recon/acquisition/readout_phase.h"
#include "recon/motion/phase_drift.h"
#include "tests/support/acquisitions.h"
#include "tests/support/breathing_scan.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// A thorax that breathes, of which only the phase drifts otherwise.
SimulationConfig drifting_thorax(double radians) {
    auto config = breathing_thorax();
    config.snr.reset();
    config.phase_drift = radians;
    return config;
}

} // namespace

TEST_CASE("a drift of several turns is found and taken off", "[motion]") {
    double const radians = 9;
    auto drifting = simulate(Context(), drifting_thorax(radians));
    auto const still = simulate(Context(), drifting_thorax(0));
    if (GENERATE(false, true)) drifting.times.clear();
    auto const drift = phase_drift(drifting);
    double largest = 0;
    double const last = static_cast<double>(drift.size() - 1);
    for (std::size_t r = drift.size() / 10; r < drift.size() * 9 / 10; ++r) // smoothing ends at the ends
        largest = std::max(largest, std::abs(drift[r] - radians * (static_cast<double>(r) / last - 0.5)));
    CHECK(largest < 0.15);
    double const before = [&] {
        auto const difference = drifting.kspace.clone();
        axpby(-1, still.kspace, 1, difference);
        return norm(difference) / norm(still.kspace);
    }();
    auto const kept = drifting.kspace;
    auto const untouched = kept.clone();
    remove_phase_drift(drifting);
    CHECK(same(kept, untouched)); // somebody else sees it
    auto const overlap = dot(drifting.kspace, still.kspace);
    double const agreement = std::hypot(overlap.re, overlap.im) / (norm(drifting.kspace) * norm(still.kspace)); // up to a constant phase
    CHECK(before > 1);
    CHECK(agreement > 0.98);
}

TEST_CASE("a breath is no drift", "[motion]") {
    auto const drift = phase_drift(simulate(Context(), drifting_thorax(0)));
    CHECK(*std::max_element(drift.begin(), drift.end()) - *std::min_element(drift.begin(), drift.end()) < 0.1);
}

TEST_CASE("without readouts through the centre there is no drift", "[motion]") {
    auto a = random_acquisition(2, 5, 7);
    for (real& v : a.trajectory.host()) v = 3;
    CHECK(phase_drift(a) == std::vector<double>(5, 0.0));
}

TEST_CASE("readouts are turned by their own phase", "[motion]") {
    auto const a = random_acquisition(2, 3, 4);
    auto const y = a.kspace.clone();
    add_readout_phase(y, {0, 0, std::numbers::pi / 2});
    CHECK(same(y[0][0], a.kspace[0][0]));
    complex const was = a.kspace.view<3>()(1, 2, 3), now = y.view<3>()(1, 2, 3);
    CHECK(now.re == Approx(-was.im));
    CHECK(now.im == Approx(was.re));
    CHECK(message_of([&] { add_readout_phase(y, {1, 2}); }) == "phase: 2 numbers for k-space of shape [2, 3, 4]");
}

TEST_CASE("coils that are dead see nothing", "[simulate]") {
    auto config = breathing_thorax();
    config.matrix = Matrix{12, 12, 12};
    config.coils.coils = 5;
    config.coils.dead = 2;
    config.breathing.amplitude_mm = 0;
    auto const a = simulate(Context(), config);
    CHECK(norm((*a.maps)[2]) > 0);
    CHECK(norm((*a.maps)[3]) == 0);
    CHECK(norm(a.kspace[4]) > 0); // noise
    CHECK(norm(a.kspace[4]) < 0.2 * norm(a.kspace[2]));
    config.coils.dead = 5;
    CHECK(message_of([&] { simulate(Context(), config); }) == "coils: 5 of 5 coils are dead, expected fewer");
}
