#include "recon/simulation/breathing.h"

#include "core/arrays/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr std::uint64_t kBreathStream = 18, kSpikeStream = 19;
constexpr double kDiaphragm = -0.2, kApex = 0.3;
constexpr double kLeast = 0.3; // of a mean breath

double sin4(double angle) { return std::pow(std::sin(angle), 4); }

/// The part of the way that tissue at z moves.
double share(double z) {
    double const t = std::clamp((kApex - z) / (kApex - kDiaphragm), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

} // namespace

std::vector<double> breathing_course(BreathingConfig const& config, index_t readouts, std::uint64_t seed) {
    Random random(seed, kBreathStream);
    auto const vary = [&](double mean) { return mean * std::max(kLeast, 1 + config.irregularity * random.normal()); };
    double begin = 0, period = vary(config.period_s), depth = vary(config.amplitude_mm);
    std::vector<double> course;
    for (index_t r = 0; r < readouts; ++r) {
        double const t = 1e-3 * config.repetition_time_ms * static_cast<double>(r);
        while (t >= begin + period) {
            begin += period;
            period = vary(config.period_s);
            depth = vary(config.amplitude_mm);
        }
        course.push_back(depth * sin4(std::numbers::pi * (t - begin) / period));
    }
    return course;
}

Tensor<complex> inspired(Tensor<complex> const& object, SamplingGrid const& grid, double way) {
    constexpr double kMost = 0.3; // the slope of share() is 3 at most: beyond a third, tissue would fold
    require(way >= 0 && way <= kMost, "simulate: the diaphragm moves by {:.2f} of the field of view, expected 0 to {}", way, kMost);
    if (way == 0) return object.clone(); // as it is, to the bit
    Tensor<complex> const moved(object.context(), object.shape());
    index_t const planes = object.shape()[0], plane = object.size() / planes;
    for (index_t z = 0; z < planes; ++z) {
        double const position = grid.at(0, z);
        double source = position; // the place that has come here: source - way share(source) = position
        for (int i = 0; i < 50; ++i) source = position + way * share(source);
        double const index = std::clamp(grid.index(0, source), 0.0, static_cast<double>(planes - 1));
        auto const below = static_cast<index_t>(index), above = std::min(below + 1, planes - 1);
        auto const part = static_cast<real>(index - static_cast<double>(below));
        complex const *const low = object.data() + below * plane, *const high = object.data() + above * plane;
        for (index_t i = 0; i < plane; ++i) moved.data()[z * plane + i] = (1 - part) * low[i] + part * high[i];
    }
    return moved;
}

std::vector<std::vector<index_t>> readouts_by_state(std::vector<double> const& course, index_t states) {
    double const largest = *std::max_element(course.begin(), course.end());
    std::vector<std::vector<index_t>> readouts(static_cast<std::size_t>(states));
    for (std::size_t r = 0; r < course.size(); ++r)
        readouts[static_cast<std::size_t>(largest > 0 ? std::lround(course[r] / largest * static_cast<double>(states - 1)) : 0)].push_back(
            static_cast<index_t>(r));
    return readouts;
}

std::vector<index_t> add_spikes(Tensor<complex> const& kspace, double spikes, std::uint64_t seed) {
    Random random(seed, kSpikeStream);
    auto const y = kspace.view<3>();
    std::vector<index_t> spoiled;
    for (index_t r = 0; r < kspace.shape()[1]; ++r) {
        if (random.uniform() >= spikes) continue;
        spoiled.push_back(r);
        for (index_t c = 0; c < kspace.shape()[0]; ++c)
            for (index_t s = 0; s < kspace.shape()[2]; ++s) y(c, r, s) = real(5) * y(c, r, s);
    }
    return spoiled;
}

} // namespace tessera
