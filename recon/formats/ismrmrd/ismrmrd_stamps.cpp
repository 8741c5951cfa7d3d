#include "recon/formats/ismrmrd/ismrmrd_stamps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

/// The breath by one of the stamps; empty where its triggers are no breaths.
std::vector<double> breath_of(std::vector<double> const& since) {
    std::vector<std::size_t> begins{0};
    std::vector<double> lengths;
    for (std::size_t i = 1; i < since.size(); ++i)
        if (since[i] < since[i - 1]) {
            begins.push_back(i);
            lengths.push_back(since[i - 1]); // to within a readout
        }
    if (lengths.size() < 3) return {};
    auto sorted = lengths;
    std::nth_element(sorted.begin(), sorted.begin() + std::ssize(sorted) / 2, sorted.end());
    double const typical = sorted[sorted.size() / 2];
    if (typical < 1.5 || typical > 12) return {};
    lengths.push_back(std::max(typical, since.back())); // the breath that the scan's end cuts off
    begins.push_back(since.size());
    std::vector<double> breath(since.size());
    for (std::size_t b = 0; b + 1 < begins.size(); ++b)
        for (std::size_t i = begins[b]; i < begins[b + 1]; ++i)
            breath[i] = (1 - std::cos(2 * std::numbers::pi * since[i] / std::max(lengths[b], kSecondsPerTick))) / 2;
    return breath;
}

} // namespace

std::vector<double> acquisition_times(std::vector<IsmrmrdHead> const& heads, std::vector<std::size_t> const& records) {
    std::vector<double> times;
    bool varies = false;
    for (std::size_t const i : records) {
        double const ticks = double(heads[i].acquisition_time_stamp) - double(heads[records.front()].acquisition_time_stamp);
        times.push_back(kSecondsPerTick * ticks);
        varies = varies || ticks != 0;
    }
    if (!varies) times.clear();
    return times;
}

std::vector<double> triggered_respiration(std::vector<IsmrmrdHead> const& heads, std::vector<std::size_t> const& records) {
    for (int stamp = 0; stamp < 3; ++stamp) {
        std::vector<double> since;
        for (std::size_t const i : records) since.push_back(kSecondsPerTick * heads[i].physiology_time_stamp[stamp]);
        if (auto breath = breath_of(since); !breath.empty()) return breath;
    }
    return {};
}

} // namespace tessera
