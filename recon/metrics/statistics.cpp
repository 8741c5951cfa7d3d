#include "recon/metrics/statistics.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace tessera {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The regularised incomplete beta function I_x(a, b), by its continued fraction, which converges fast for x < (a + 1) / (a + b + 2).
/// Source: DLMF 8.17.22; evaluated from the front as by Lentz 1976, doi:10.1364/AO.15.000668.
double incomplete_beta(double x, double a, double b) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(1 - x, b, a);
    constexpr double kTiny = 1e-300;
    auto const away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
    double fraction = 1, c = 1, d = 0;
    for (int i = 1; i < 10000; ++i) {
        double const m = i / 2;
        double const coefficient =
            i % 2 == 1 ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)) : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + coefficient * d);
        c = away_from_zero(1 + coefficient / c);
        fraction *= c * d;
        if (std::abs(c * d - 1) < 1e-15) break;
    }
    double const front = std::exp(a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b));
    return front / a / fraction;
}

void require_finite(char const* what, std::span<double const> values) {
    for (std::size_t i = 0; i < values.size(); ++i) require(std::isfinite(values[i]), "{}: value {} is {}", what, i, values[i]);
}

} // namespace

SampleSummary summarise(std::span<double const> values) {
    require_finite("summarise", values);
    SampleSummary s{values.size(), kNaN, kNaN};
    if (values.empty()) return s;
    auto const n = static_cast<double>(values.size());
    s.mean = 0;
    for (double const v : values) s.mean += v / n;
    if (values.size() < 2) return s;
    double squares = 0;
    for (double const v : values) squares += (v - s.mean) * (v - s.mean);
    s.deviation = std::sqrt(squares / (n - 1));
    return s;
}

PairedDifference paired_difference(std::span<double const> first, std::span<double const> second) {
    require(first.size() == second.size(), "paired difference: {} cases of the one and {} of the other", first.size(), second.size());
    require_finite("paired difference", first);
    require_finite("paired difference", second);
    std::vector<double> differences(first.size());
    std::transform(first.begin(), first.end(), second.begin(), differences.begin(), std::minus<>());
    auto const [n, mean, deviation] = summarise(differences);
    PairedDifference d{n, mean, deviation, kNaN, kNaN, kNaN, kNaN};
    if (n < 2) return d;
    double const freedom = static_cast<double>(n) - 1, error = deviation / std::sqrt(static_cast<double>(n));
    double const reach = student_quantile_two_sided(0.05, freedom) * error;
    d.low = mean - reach;
    d.high = mean + reach;
    d.t = mean / error; // of equal cases 0 / 0
    d.p = student_two_sided(d.t, freedom);
    return d;
}

double student_two_sided(double t, double degrees_of_freedom) {
    require(degrees_of_freedom > 0, "student: {} degrees of freedom", degrees_of_freedom);
    if (std::isnan(t)) return kNaN;
    return incomplete_beta(degrees_of_freedom / (degrees_of_freedom + t * t), degrees_of_freedom / 2, 0.5);
}

double student_quantile_two_sided(double probability, double degrees_of_freedom) {
    require(probability > 0 && probability < 1, "student: a probability of {}, expected one between 0 and 1", probability);
    double low = 0, high = 1;
    while (student_two_sided(high, degrees_of_freedom) > probability) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-15 * high; ++i) {
        double const middle = 0.5 * (low + high);
        (student_two_sided(middle, degrees_of_freedom) > probability ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

double median(std::span<double const> values) {
    if (values.empty()) return kNaN;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    std::size_t const half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

} // namespace tessera
