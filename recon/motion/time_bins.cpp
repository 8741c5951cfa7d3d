#include "recon/motion/time_bins.h"

#include <numeric>

namespace tessera {

TimeBins::TimeBins(std::vector<double> const& times, std::vector<index_t> const& of, double length) {
    auto const earlier = [&](index_t a, index_t b) { return times[static_cast<std::size_t>(a)] < times[static_cast<std::size_t>(b)]; };
    auto const [first, last] = std::minmax_element(of.begin(), of.end(), earlier);
    double const begin = times[static_cast<std::size_t>(*first)], span = times[static_cast<std::size_t>(*last)] - begin;
    length_ = std::max(length, span / std::max(1.0, static_cast<double>(of.size()) - 1));
    count_ = length_ > 0 ? static_cast<std::size_t>(span / length_) + 1 : 1;
    for (double const t : times) position_.push_back(length_ > 0 ? (t - begin) / length_ - 0.5 : 0);
}

TimeSeries TimeBins::gather(std::vector<double> const& values, std::vector<index_t> const& of) const {
    std::vector<double> sums(count_), counts(count_);
    for (std::size_t i = 0; i < of.size(); ++i) {
        auto const bin = std::min(count_ - 1, static_cast<std::size_t>(position_[static_cast<std::size_t>(of[i])] + 0.5));
        sums[bin] += values[i];
        ++counts[bin];
    }
    std::vector<std::size_t> filled;
    for (std::size_t b = 0; b < count_; ++b)
        if (counts[b] > 0) filled.push_back(b);
    TimeSeries series(count_);
    for (std::size_t b = 0, next = 0; b < count_ && !filled.empty(); ++b) {
        while (next + 1 < filled.size() && filled[next] < b) ++next;
        std::size_t const right = filled[next], left = right > b && next > 0 ? filled[next - 1] : right;
        double const part = right == left ? 0 : static_cast<double>(b - left) / static_cast<double>(right - left);
        series[b] = (1 - part) * sums[left] / counts[left] + part * sums[right] / counts[right];
    }
    return series;
}

std::vector<double> TimeBins::at_readouts(TimeSeries const& series) const {
    std::vector<double> values;
    double const last = static_cast<double>(count_ - 1);
    for (double const position : position_) {
        double const p = std::clamp(position, 0.0, last);
        auto const left = static_cast<std::size_t>(p), right = std::min(left + 1, count_ - 1);
        values.push_back(series[left] + (p - static_cast<double>(left)) * (series[right] - series[left]));
    }
    return values;
}

bool knows_times(Acquisition const& a) {
    if (a.times.size() < 2) return false;
    auto const [first, last] = std::minmax_element(a.times.begin(), a.times.end());
    double const step = (*last - *first) / static_cast<double>(a.times.size() - 1);
    return step > 1e-4 && step < 10;
}

std::vector<double> times_of(Acquisition const& a) {
    if (knows_times(a)) return a.times;
    std::vector<double> numbers(static_cast<std::size_t>(a.readouts()));
    std::iota(numbers.begin(), numbers.end(), 0.0);
    return numbers;
}

std::vector<index_t> all_readouts_of(Acquisition const& a) {
    std::vector<index_t> all(static_cast<std::size_t>(a.readouts()));
    std::iota(all.begin(), all.end(), index_t(0));
    return all;
}

} // namespace tessera
