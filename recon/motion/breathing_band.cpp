#include "recon/motion/breathing_band.h"

namespace tessera {
namespace {

constexpr std::size_t kFewestBreaths = 4, kMostBreaths = 300, kBinsABreath = 8, kReadoutsABreath = 16;

} // namespace

BreathingBand breathing_band(Acquisition const& a, std::vector<std::vector<double>> const& signals, std::vector<index_t> const& of) {
    if (knows_times(a)) return {};
    auto const times = times_of(a);
    double const readouts = static_cast<double>(of.back() - of.front() + 1);
    TimeBins const bins(times, of, readouts / static_cast<double>(kBinsABreath * kMostBreaths));
    std::size_t const most = std::clamp(of.size() / kReadoutsABreath, kFewestBreaths, kMostBreaths); // or noise would be all in the band
    std::vector<double> sum(most + 1);
    for (auto const& signal : signals) {
        auto const powers = spectrum(without_line(bins.gather(signal, of)), most);
        for (std::size_t f = 0; f < powers.size(); ++f) sum[f] += powers[f];
    }
    auto const peak = std::max_element(sum.begin() + kFewestBreaths, sum.end()) - sum.begin();
    double const frequency = static_cast<double>(peak) / readouts;
    return {frequency / 2, 2 * frequency, false};
}

BreathingPower breathing_power(TimeSeries const& series, double step, BreathingBand const& band) {
    double const cycle = 1 / (static_cast<double>(series.size()) * step); // frequency of one cycle in the whole series
    auto const powers = spectrum(without_line(series), static_cast<std::size_t>(4 * band.high / cycle));
    BreathingPower found;
    double inside = 0, all = 0, largest = 0;
    for (std::size_t f = 1; f < powers.size(); ++f) {
        double const frequency = static_cast<double>(f) * cycle;
        if (frequency < band.low / 2) continue; // a drift
        all += powers[f];
        if (frequency < band.low || frequency > band.high) continue;
        inside += powers[f];
        if (powers[f] > largest) largest = powers[f], found.frequency = frequency;
    }
    found.trust = all > 0 ? inside / all : 0;
    return found;
}

} // namespace tessera
