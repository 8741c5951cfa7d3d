#include "recon/pictures/ticks.h"

#include <algorithm>
#include <cmath>

namespace tessera::report {

std::vector<double> nice_ticks(double low, double high, int count) {
    double const rough = (high - low) / count, power = std::pow(10.0, std::floor(std::log10(rough)));
    double const round = power * (rough < 1.5 * power ? 1 : rough < 3.5 * power ? 2 : rough < 7.5 * power ? 5 : 10);
    double const step = std::max(round, 1e-12 * std::max(std::abs(low), std::abs(high))); // finer ones are lost in rounding, and never end
    std::vector<double> ticks;
    double const slack = 1e-9 * step; // ends that are ticks but for rounding
    for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k) ticks.push_back(k * step + 0.0); // no -0
    return ticks;
}

std::vector<double> log_ticks(double low, double high, int count) {
    auto const first = static_cast<int>(std::floor(std::log10(low))), last = static_cast<int>(std::ceil(std::log10(high)));
    int const decades = last - first, every = std::max(1, (decades + count - 1) / count);
    std::vector<double> ticks;
    for (std::vector<double> const& factors : {std::vector<double>{1}, {1, 2, 5}}) {
        ticks.clear();
        for (int e = first; e <= last; ++e)
            for (double const f : factors) {
                double const tick = f * std::pow(10.0, e);
                if (e % every == 0 && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push_back(tick);
            }
        if (ticks.size() >= 3) return ticks;
    }
    return nice_ticks(low, high, count);
}

} // namespace tessera::report
