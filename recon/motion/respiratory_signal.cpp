#include "recon/motion/respiratory_signal.h"

#include <charconv>
#include <fstream>
#include <iterator>

namespace tessera {

std::string RespiratorySignal::rate() const {
    return band.seconds ? fmt::format("{:.1f} breaths a minute", 60 * power.frequency)
                        : fmt::format("a breath in {:.0f} readouts", 1 / std::max(power.frequency, 1e-9));
}

RespiratorySignal recorded_signal(Acquisition const& a) {
    auto const [least, most] = std::minmax_element(a.respiration.begin(), a.respiration.end());
    require(*least < *most, "{}: gating: the recorded respiratory signal is {} at every readout", a.source, *least);
    RespiratorySignal signal{a.respiration, {}, {}, "as recorded"};
    auto const all = all_readouts_of(a);
    signal.band = breathing_band(a, {signal.values}, all);
    TimeBins const bins(times_of(a), all, signal.band.step());
    signal.power = breathing_power(bins.gather(signal.values, all), bins.length(), signal.band);
    return signal;
}

std::vector<double> without_drift(Acquisition const& a, RespiratorySignal const& signal) {
    auto const all = all_readouts_of(a);
    TimeBins const bins(times_of(a), all, signal.band.step());
    auto const series = bins.gather(signal.values, all);
    auto const reach = static_cast<std::size_t>(signal.band.drift() / bins.length() / 2);
    auto const drift = bins.at_readouts(running_median(series, reach));
    auto rest = signal.values;
    for (std::size_t r = 0; r < rest.size(); ++r) rest[r] -= drift[r];
    return rest;
}

std::vector<double> read_numbers(std::filesystem::path const& file, index_t count) {
    std::ifstream stream(file);
    require(stream.good(), "/gating/signal: {}: cannot be read: expected auto, file, self, or a file of numbers", file.string());
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t'; }, ' ');
    std::vector<double> numbers;
    for (std::size_t begin = text.find_first_not_of(' '); begin != std::string::npos;) {
        std::size_t const end = std::min(text.find(' ', begin), text.size());
        double value = 0;
        auto const [rest, error] = std::from_chars(text.data() + begin, text.data() + end, value);
        require(error == std::errc() && rest == text.data() + end && std::isfinite(value),
            "{}: number {} is '{}': expected a finite number", file.string(), numbers.size(),
            text.substr(begin, std::min<std::size_t>(end - begin, 40)));
        numbers.push_back(value);
        begin = text.find_first_not_of(' ', end);
    }
    require(std::ssize(numbers) == count, "{}: expected a number for each of {} readouts, found {}", file.string(), count, numbers.size());
    return numbers;
}

} // namespace tessera
