#include "recon/motion/central_samples.h"

#include "recon/motion/time_series.h"

#include <algorithm>
#include <cmath>

namespace tessera {

namespace {

constexpr double kCentre = 0.5, kInnermost = 0.1; // cycles per field of view
constexpr double kSpike = 6, kLeastDeviation = 0.01;
constexpr std::size_t kNeighbours = 4;

} // namespace

std::vector<double> CentralSamples::magnitude() const {
    std::vector<double> result(readouts.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        for (auto const& coil : values) result[i] += std::norm(coil[i]);
        result[i] = std::sqrt(result[i]);
    }
    return result;
}

CentralSamples central_samples(Acquisition const& a) {
    CentralSamples centre;
    centre.values.resize(static_cast<std::size_t>(a.coils()));
    auto const k = a.trajectory.view<3>();
    auto const y = a.kspace.view<3>();
    std::vector<double> radius(static_cast<std::size_t>(a.samples()));
    for (index_t r = 0; r < a.readouts(); ++r) {
        for (index_t s = 0; s < a.samples(); ++s) radius[static_cast<std::size_t>(s)] = std::hypot(k(r, s, 0), k(r, s, 1), k(r, s, 2));
        double const least = *std::min_element(radius.begin(), radius.end());
        if (least > kCentre) continue;
        centre.readouts.push_back(r);
        for (index_t c = 0; c < a.coils(); ++c) {
            std::complex<double> sum = 0;
            double count = 0;
            for (index_t s = 0; s < a.samples(); ++s) {
                if (radius[static_cast<std::size_t>(s)] > least + kInnermost) continue;
                sum += std::complex<double>(y(c, r, s).re, y(c, r, s).im);
                ++count;
            }
            centre.values[static_cast<std::size_t>(c)].push_back(sum / count);
        }
    }
    return centre;
}

std::vector<index_t> outlying_readouts(CentralSamples const& centre) {
    auto const magnitude = centre.magnitude();
    if (magnitude.size() < 4 * kNeighbours) return {};
    auto const local = running_median(magnitude, kNeighbours);
    double const typical = quantile(magnitude, 0.5);
    std::vector<double> distance(magnitude.size());
    for (std::size_t i = 0; i < distance.size(); ++i) distance[i] = std::abs(magnitude[i] - local[i]);
    double const deviation = std::max(1.4826 * quantile(distance, 0.5), kLeastDeviation * typical);

    std::vector<double> const late(local.begin() + std::ssize(local) / 2, local.end());
    double const low = quantile(late, 0.01), high = quantile(late, 0.99), margin = high - low + 2 * kLeastDeviation * typical;
    std::size_t steady = 0;
    while (steady < local.size() && (local[steady] < low - margin || local[steady] > high + margin)) ++steady;

    std::vector<index_t> outliers;
    for (std::size_t i = 0; i < magnitude.size(); ++i)
        if (i < steady || distance[i] > kSpike * deviation) outliers.push_back(centre.readouts[i]);
    return outliers;
}

} // namespace tessera
