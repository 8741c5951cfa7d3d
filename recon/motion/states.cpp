#include "recon/motion/states.h"

#include "core/order.h"
#include "core/terminal/log.h"
#include "recon/motion/breath.h"
#include "recon/motion/time_bins.h"
#include "recon/motion/time_series.h"

#include <algorithm>
#include <numeric>

namespace tessera {
namespace {

constexpr double kOutermost = 0.05;

using States = std::vector<std::vector<index_t>>;

/// As many readouts in each state, in the order of their values.
States by_count(std::vector<index_t> const& readouts, std::vector<double> const& values, index_t count) {
    auto const order = ascending_order(values);
    States states(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < order.size(); ++i) states[i * states.size() / order.size()].push_back(readouts[order[i]]);
    for (auto& s : states) std::sort(s.begin(), s.end());
    return states;
}

States by_displacement(std::vector<index_t> const& readouts, std::vector<double> const& values, index_t count) {
    double const low = quantile(values, kOutermost), range = quantile(values, 1 - kOutermost) - low;
    States states(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < readouts.size(); ++i) {
        double const part = range > 0 ? (values[i] - low) / range * static_cast<double>(count) : 0;
        states[static_cast<std::size_t>(std::clamp(part, 0.0, static_cast<double>(count) - 0.5))].push_back(readouts[i]);
    }
    return states;
}

States of_breath(Acquisition const& a, GatingConfig const& gating, StatesConfig const& config, bool outliers) {
    auto breath = find_breath(a, gating, outliers);
    if (gating.end == BreathEnd::inspiration)
        for (double& v : breath.values) v = -v;
    return (config.by == StatesBy::count ? by_count : by_displacement)(breath.readouts, breath.values, config.count);
}

States of_time(Acquisition const& a, StatesConfig const& config, bool outliers) {
    auto const readouts = steady_readouts(a, outliers);
    auto const times = times_of(a);
    std::vector<double> when;
    when.reserve(readouts.size());
    for (index_t const r : readouts) when.push_back(times[static_cast<std::size_t>(r)]);
    return by_count(readouts, when, config.count);
}

} // namespace

States readouts_of_states(Acquisition const& a, GatingConfig const& gating, StatesConfig const& config) {
    require(gating.kind == GatingKind::off, "/gating/kind is {}: with /states/count of {} every readout belongs to a state, expected off",
        config_name(gating.kind), config.count);
    auto const states = [&] {
        if (a.kspace.context().rehearses()) {
            std::vector<index_t> all = all_readouts_of(a);
            return by_count(all, std::vector<double>(all.begin(), all.end()), config.count);
        }
        bool const outliers = gating.outliers.value_or(config.by != StatesBy::time); // a signal may decay from frame to frame
        return config.by == StatesBy::time ? of_time(a, config, outliers) : of_breath(a, gating, config, outliers);
    }();
    std::string sizes;
    for (std::size_t s = 0; s < states.size(); ++s) {
        require(!states[s].empty(), "{}: state {} of {} has no readouts: take fewer (/states/count), or /states/by count", a.source, s + 1,
            states.size());
        sizes += fmt::format("{}{}", s ? ", " : "", states[s].size());
    }
    log_info("states: {} by {}, of {} readouts", states.size(), config_name(config.by), sizes);
    return states;
}

} // namespace tessera
