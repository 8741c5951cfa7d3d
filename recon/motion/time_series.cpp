#include "recon/motion/time_series.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace tessera {

double quantile(std::vector<double> values, double part) {
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(std::lround(part * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

TimeSeries running_median(TimeSeries const& values, std::size_t reach) {
    TimeSeries result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::size_t const begin = i - std::min(i, reach), end = std::min(values.size(), i + reach + 1);
        result[i] = quantile({values.begin() + static_cast<std::ptrdiff_t>(begin), values.begin() + static_cast<std::ptrdiff_t>(end)}, 0.5);
    }
    return result;
}

TimeSeries smoothed(TimeSeries const& values, double sigma) {
    auto const reach = static_cast<std::ptrdiff_t>(std::ceil(4 * sigma)), n = std::ssize(values);
    std::vector<double> bell(static_cast<std::size_t>(reach) + 1);
    for (std::size_t i = 0; i < bell.size(); ++i) bell[i] = std::exp(-0.5 * std::pow(static_cast<double>(i) / sigma, 2));
    TimeSeries result(values.size());
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        double sum = 0, weight = 0;
        for (std::ptrdiff_t j = std::max<std::ptrdiff_t>(0, i - reach); j < std::min(n, i + reach + 1); ++j) {
            double const w = bell[static_cast<std::size_t>(std::abs(i - j))];
            sum += w * values[static_cast<std::size_t>(j)];
            weight += w;
        }
        result[static_cast<std::size_t>(i)] = sum / weight;
    }
    return result;
}

TimeSeries without_line(TimeSeries const& values) {
    double const n = static_cast<double>(values.size()), centre = (n - 1) / 2;
    double const mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double slope = 0, squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        double const t = static_cast<double>(i) - centre;
        slope += t * values[i];
        squares += t * t;
    }
    slope = squares > 0 ? slope / squares : 0;
    TimeSeries rest(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) rest[i] = values[i] - mean - slope * (static_cast<double>(i) - centre);
    return rest;
}

double correlation(TimeSeries const& a, TimeSeries const& b) {
    double const n = static_cast<double>(a.size());
    double const mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n, mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

std::vector<double> spectrum(TimeSeries const& values, std::size_t last) {
    double const n = static_cast<double>(values.size()), turn = 2 * std::numbers::pi / n;
    TimeSeries windowed(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) windowed[i] = values[i] * (1 - std::cos(turn * (static_cast<double>(i) + 0.5)));
    std::vector<double> powers(std::min(last, values.size() / 2) + 1);
    for (std::size_t f = 0; f < powers.size(); ++f) {
        std::complex<double> sum = 0, phase = 1;
        auto const step = std::polar(1.0, -turn * static_cast<double>(f));
        for (double const v : windowed) {
            sum += v * phase;
            phase *= step;
        }
        powers[f] = std::norm(sum);
    }
    return powers;
}

} // namespace tessera
