// Which readouts belong to which state of breathing.
#include "recon/motion/states.h"
#include "tests/support/acquisitions.h"
#include "tests/support/devices.h"

#include <numeric>

using namespace tessera;
using namespace tessera::test;

namespace {

GatingConfig recorded() {
    GatingConfig gating;
    gating.signal = "file";
    gating.drift = false;
    gating.outliers = false;
    return gating;
}

/// Readouts 0, 1, ... with the signal f(readout).
template <class F> Acquisition with_signal(index_t readouts, F const& f) {
    Acquisition a = random_acquisition(1, readouts, 3);
    for (index_t r = 0; r < readouts; ++r) a.respiration[static_cast<std::size_t>(r)] = f(r);
    return a;
}

std::vector<std::size_t> sizes(std::vector<std::vector<index_t>> const& states) {
    std::vector<std::size_t> n;
    n.reserve(states.size());
    for (auto const& s : states) n.push_back(s.size());
    return n;
}

} // namespace

TEST_CASE("states of equal counts follow the signal, and every readout is in one", "[motion]") {
    auto const a = with_signal(101, [](index_t r) { return static_cast<double>(r * 37 % 101); });
    auto const states = readouts_of_states(a, recorded(), {.count = 4});
    CHECK(sizes(states) == std::vector<std::size_t>{26, 25, 25, 25});
    std::vector<index_t> all;
    double last = -1;
    for (auto const& s : states) {
        CHECK(std::is_sorted(s.begin(), s.end()));
        std::vector<double> values;
        values.reserve(s.size());
        for (index_t const r : s) values.push_back(a.respiration[static_cast<std::size_t>(r)]);
        CHECK(*std::min_element(values.begin(), values.end()) > last);
        last = *std::max_element(values.begin(), values.end());
        all.insert(all.end(), s.begin(), s.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<index_t> expected(101);
    std::iota(expected.begin(), expected.end(), index_t(0));
    CHECK(all == expected);

    auto other_way = recorded();
    other_way.end = BreathEnd::inspiration;
    auto const turned = readouts_of_states(a, other_way, {.count = 4});
    for (index_t const r : turned[0]) CHECK(a.respiration[static_cast<std::size_t>(r)] > 74);
}

TEST_CASE("states of equal displacement divide the range of the signal", "[motion]") {
    auto const a = with_signal(1000, [](index_t r) { return std::pow(static_cast<double>(r) / 999, 2); });
    auto const states = readouts_of_states(a, recorded(), {.count = 2, .by = StatesBy::displacement});
    double const low = std::pow(0.05, 2), high = std::pow(0.95, 2), border = 1000 * std::sqrt((low + high) / 2);
    CHECK(std::abs(static_cast<double>(states[0].size()) - border) < 3);
    CHECK(states[0].size() + states[1].size() == 1000);

    // all but a few readouts lie at the ends: nothing is left for the middle
    auto const ends = with_signal(100, [](index_t r) { return r < 50 ? 0.0 : 1.0; });
    CHECK_THAT(message_of([&] { readouts_of_states(ends, recorded(), {.count = 3, .by = StatesBy::displacement}); }),
        Catch::Contains("state 2 of 3 has no readouts"));
}

TEST_CASE("frames follow the times, whatever the order of readouts", "[motion]") {
    auto a = with_signal(90, [](index_t) { return 0.0; });
    for (std::size_t r = 0; r < 90; ++r) a.times[r] = 0.1 * static_cast<double>(89 - r);
    auto const frames = readouts_of_states(a, recorded(), {.count = 3, .by = StatesBy::time});
    std::vector<index_t> last(30);
    std::iota(last.begin(), last.end(), index_t(0));
    CHECK(frames[2] == last);
    CHECK(sizes(frames) == std::vector<std::size_t>{30, 30, 30});
}

TEST_CASE("states and gating exclude each other, and there are no more states than readouts", "[motion]") {
    auto const a = with_signal(5, [](index_t r) { return static_cast<double>(r); });
    auto gating = recorded();
    gating.kind = GatingKind::soft;
    CHECK_THAT(message_of([&] { readouts_of_states(a, gating, {.count = 2}); }), Catch::Contains("/gating/kind is soft"));
    CHECK_THAT(message_of([&] { readouts_of_states(a, recorded(), {.count = 6}); }), Catch::Contains("has no readouts"));
}
