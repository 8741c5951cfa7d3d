#include "recon/motion/breathing_band.h"
#include "recon/motion/time_series.h"
#include "tests/support/acquisitions.h"

#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

TimeSeries wave(std::size_t n, double cycles, double amplitude = 1) {
    TimeSeries values;
    for (std::size_t i = 0; i < n; ++i)
        values.push_back(amplitude * std::cos(2 * std::numbers::pi * cycles * (static_cast<double>(i) + 0.5) / static_cast<double>(n)));
    return values;
}

/// Without data: signals are all that is looked at.
Acquisition readouts_at(std::vector<double> const& times, std::size_t count) {
    Acquisition a;
    a.kspace = Tensor<complex>::zeros(Context(), {1, static_cast<index_t>(count), 1});
    a.times = times;
    return a;
}

std::vector<index_t> numbers(std::size_t n) {
    std::vector<index_t> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back(static_cast<index_t>(i));
    return all;
}

} // namespace

TEST_CASE("quantiles and running medians of short lists", "[motion]") {
    CHECK(quantile({5, 1, 4, 2, 3}, 0.5) == 3);
    CHECK(quantile({5, 1, 4, 2, 3}, 0) == 1);
    CHECK(quantile({5, 1, 4, 2, 3}, 1) == 5);
    CHECK(running_median({1, 9, 2, 3, 4}, 1) == TimeSeries{9, 2, 3, 3, 4});
    CHECK(running_median({7}, 3) == TimeSeries{7});
}

TEST_CASE("smoothing keeps constants to the ends and takes fast waves away", "[motion]") {
    for (double const v : smoothed(TimeSeries(17, 3.5), 2.5)) CHECK(v == Approx(3.5));
    auto const slow = smoothed(wave(400, 5), 2), fast = smoothed(wave(400, 150), 2);
    CHECK(slow[200] == Approx(wave(400, 5)[200]).epsilon(0.02));
    CHECK(std::abs(fast[200]) < 1e-3);
}

TEST_CASE("a line leaves nothing, and a spectrum shows each frequency where it is", "[motion]") {
    TimeSeries line;
    for (int i = 0; i < 9; ++i) line.push_back(3 - 0.5 * i);
    for (double const v : without_line(line)) CHECK(std::abs(v) < 1e-12);
    auto const powers = spectrum(wave(100, 12), 40);
    REQUIRE(powers.size() == 41);
    CHECK(std::max_element(powers.begin(), powers.end()) - powers.begin() == 12);
    CHECK(powers[12] == Approx(100 * 100 / 4.0));
    CHECK(powers[20] < 1e-15 * powers[12]);
    CHECK(spectrum(wave(10, 1), 99).size() == 6); // no more than the series can show
}

TEST_CASE("time bins sort, average, fill gaps and interpolate", "[motion]") {
    TimeBins const bins({9, 0, 1, 2, 3, 8}, numbers(6), 2); // not in the order of time
    REQUIRE(bins.count() == 5);
    auto const series = bins.gather({90, 0, 10, 20, 30, 80}, numbers(6));
    CHECK(series[0] == Approx(5));
    CHECK(series[1] == Approx(25));
    CHECK(series[2] == Approx(45)); // nobody was there
    CHECK(series[4] == Approx(85));
    auto const back = bins.at_readouts(series);
    CHECK(back[0] == Approx(85)); // past the last middle
    CHECK(back[3] == Approx(15));
    CHECK(TimeBins({0, 1, 2}, numbers(3), 0.1).length() == 1); // no shorter than the distance of readouts
    TimeBins const later({0, 1, 2, 3}, {2, 3}, 1);             // readouts before are not looked at
    CHECK(later.at_readouts(later.gather({5, 7}, {2, 3})) == std::vector<double>{5, 5, 5, 6});
    CHECK(TimeBins({4, 4}, numbers(2), 1).at_readouts({7}) == std::vector<double>{7, 7});
}

TEST_CASE("the breathing band is found in readouts where times are unknown", "[motion]") {
    auto signal = wave(5000, 25);
    for (std::size_t i = 0; i < signal.size(); ++i) signal[i] += 1e-3 * static_cast<double>(i);
    auto const band = breathing_band(readouts_at({}, 5000), {signal}, numbers(5000));
    CHECK_FALSE(band.seconds);
    CHECK(band.low == Approx(25.0 / 5000 / 2));
    CHECK(band.high == Approx(25.0 / 5000 * 2));
    std::vector<double> seconds, zeros(50);
    for (int i = 0; i < 50; ++i) seconds.push_back(0.05 * i);
    CHECK(breathing_band(readouts_at(seconds, 50), {}, {}).high == 0.5);
    CHECK_FALSE(breathing_band(readouts_at(zeros, 50), {wave(50, 5)}, numbers(50)).seconds);
}

TEST_CASE("trust is near 1 for a breath, near a fifth for noise, near 0 for a fast wave", "[motion]") {
    BreathingBand const band;
    double const step = band.step(); // 0.25 s, in all 200 s
    auto const breath = breathing_power(wave(800, 50), step, band);
    CHECK(breath.trust > 0.99);
    CHECK(breath.frequency == Approx(0.25));
    auto const noise = random_real(800, 3, -1, 1);
    CHECK(breathing_power({noise.begin(), noise.end()}, step, band).trust == Approx(0.2).margin(0.08));
    CHECK(breathing_power(wave(800, 200), step, band).trust < 0.01);
}

TEST_CASE("series that go together correlate by 1", "[motion]") {
    TimeSeries const a{1, 2, 4, 3}, b{-2, -4, -8, -6}, c{1, -1, -1, 1};
    CHECK(correlation(a, a) == Approx(1));
    CHECK(correlation(a, b) == Approx(-1));
    CHECK(correlation({1, 2, 3, 4}, c) == Approx(0).margin(1e-12));
    CHECK(correlation({1, 2, 3}, {1, 3, 2}) == Approx(0.5));
    CHECK(correlation(a, {5, 5, 5, 5}) == 0);
}
