#include "recon/comparison/noise_replica.h"

#include "core/terminal/log.h"
#include "recon/acquisition/noise.h"
#include "recon/metrics/checks.h"
#include "recon/metrics/statistics.h"

namespace tessera {

using namespace metrics;

namespace {

constexpr std::uint64_t kReplica = 18;         // the stream of the seed
constexpr double kOutermost = 0.9;             // quantile of the distance from the centre of k-space
constexpr double kMedianOfNormal = 0.67448975; // |x| of half of all normal numbers is below

/// Samples i, i + 1 of one readout, both in the outermost part of k-space.
std::vector<index_t> outermost_pairs(Scan const& scan) {
    auto const trajectory = scan.trajectory.to(Context());
    std::vector<double> distance(static_cast<std::size_t>(scan.trajectory.size() / 3));
    for (std::size_t i = 0; i < distance.size(); ++i)
        for (std::size_t d = 0; d < 3; ++d)
            distance[i] += square(double(trajectory.data()[3 * i + d]) / static_cast<double>(scan.matrix[2 - d]));
    std::vector<double> sorted = distance;
    auto const at = sorted.begin() + static_cast<std::ptrdiff_t>(kOutermost * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    std::vector<index_t> pairs;
    for (index_t r = 0; r < scan.readouts; ++r)
        for (index_t i = r * scan.samples; i + 1 < (r + 1) * scan.samples; ++i)
            if (std::min(distance[static_cast<std::size_t>(i)], distance[static_cast<std::size_t>(i + 1)]) >= *at) pairs.push_back(i);
    require(!pairs.empty(), "noise level: {} readouts of {} samples have no neighbours at the border of k-space", scan.readouts,
        scan.samples);
    return pairs;
}

} // namespace

NoiseLevel noise_level(Scan const& scan) {
    auto const coils = static_cast<std::size_t>(scan.kspace.shape()[0]);
    if (scan.kspace.context().rehearses()) return {std::vector<double>(coils, 1), true};
    if (scan.noise_deviation) return {std::vector<double>(coils, *scan.noise_deviation), true};
    auto const pairs = outermost_pairs(scan);
    auto const kspace = scan.kspace.to(Context());
    index_t const points = kspace.shape()[1];
    NoiseLevel level;
    for (std::size_t c = 0; c < coils; ++c) {
        complex const* const y = kspace.data() + static_cast<index_t>(c) * points;
        std::vector<double> parts; // of differences: each has the variance of one complex sample
        for (index_t const i : pairs) {
            parts.push_back(std::abs(double(y[i + 1].re) - double(y[i].re)));
            parts.push_back(std::abs(double(y[i + 1].im) - double(y[i].im)));
        }
        level.deviation.push_back(median(parts) / kMedianOfNormal);
    }
    log_info("noise: no prescan; estimated from the outermost samples, deviations {:.3g} to {:.3g}",
        *std::min_element(level.deviation.begin(), level.deviation.end()),
        *std::max_element(level.deviation.begin(), level.deviation.end()));
    return level;
}

Scan noise_replica(Scan const& scan, NoiseLevel const& level, std::uint64_t seed) {
    index_t const coils = scan.kspace.shape()[0];
    require(std::ssize(level.deviation) == coils, "noise replica: levels of {} coils for a scan of {}", level.deviation.size(), coils);
    double const largest = *std::max_element(level.deviation.begin(), level.deviation.end());
    Context const host = scan.kspace.context().host();
    auto const covariance = Tensor<complex>::zeros(Context(), {coils, coils}); // over that of the largest, as scanners have any units
    for (index_t c = 0; c < coils; ++c) {
        double const deviation = level.deviation[static_cast<std::size_t>(c)];
        require(std::isfinite(deviation) && deviation > 0, "noise replica: the noise of coil {} has a deviation of {}", c, deviation);
        covariance.data()[c * coils + c] = {static_cast<real>(square(deviation / largest)), 0};
    }
    Tensor<complex> const kspace(host, scan.kspace.shape());
    kspace.copy_from(scan.kspace);
    if (!host.rehearses()) CoilNoise(covariance).add_to(kspace, largest, seed, kReplica);
    Scan replica = scan;
    replica.kspace = kspace.to(scan.kspace.context());
    return replica;
}

Repeatability repeatability(Tensor<complex> const& first, Tensor<complex> const& second, Mask const& mask) {
    Context const host = first.context().host();
    auto const x = first.to(host), y = second.to(host);
    Repeatability result{0, Tensor<real>(host, x.shape())};
    if (host.rehearses()) return result;
    check("repeatability", x, y, mask);
    real const* const m = data(mask);
    complex const *const a = x.data(), *const b = y.data();
    real* const map = result.map.data();
    double const squares = sum(x.size(), [=](index_t i) {
        Complex<double> const d{double(a[i].re) - double(b[i].re), double(a[i].im) - double(b[i].im)};
        map[i] = static_cast<real>(abs(d));
        return weight(m, i) * norm2(d);
    });
    double const energy = sum(x.size(), [=](index_t i) { return weight(m, i) * norm2(Complex<double>{a[i].re, a[i].im}); });
    require(energy > 0, "repeatability: the first image is zero");
    result.difference = std::sqrt(squares / energy);
    return result;
}

} // namespace tessera
