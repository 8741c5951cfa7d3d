// Makes a run fit into memory.
#pragma once

#include "core/arrays/shape.h"
#include "core/error.h"
#include "core/files/bytes.h"
#include "core/terminal/log.h"
#include "recon/planner/plan.h"

#include <algorithm>
#include <optional>

namespace tessera {

/// Bytes that may be used; 0: any number.
struct MemoryLimits {
    std::size_t device = 0, host = 0;
    bool shared = false; ///< device and host are the same memory, of which `host` is what both may take

    bool hold(Plan const& plan) const { return over(plan) == 0; }
    /// By how much a plan exceeds them.
    std::size_t over(Plan const& plan) const;
};

/// Those that a configuration sets, in GiB, and what is free elsewhere.
MemoryLimits memory_limits(Device device, std::optional<double> device_gib, std::optional<double> host_gib);

/// A change of a configuration that may save memory.
template <class Config> struct Saving {
    std::string field;                   ///< what it changes: left alone where the user gave it
    std::function<bool(Config&)> change; ///< false: nothing is left to save here
};

/// Halves the longest side of a patch; not below 16 voxels.
bool halve_patch(Matrix& patch);
bool halve_coils(index_t& coils);
/// One sentence: by how much a plan exceeds the limits.
std::string excess(Plan const& plan, MemoryLimits const& limits);

/// Changes `config` by those savings that lower the peak, until its plan is within the limits; returns the plan, which notes them.
///
/// `given`: JSON pointers of the fields that the user wrote. Where nothing is left to change, the plan notes by how much it is
/// too large, and which of the user's fields would help; hold() then is false.
template <class Config> Plan fit(Config& config, std::vector<std::string> const& given, MemoryLimits const& limits,
    std::function<Plan(Config const&)> const& plan_of, std::vector<Saving<Config>> const& savings) {
    auto const fixed = [&](Saving<Config> const& s) {
        return std::any_of(given.begin(), given.end(), [&](std::string const& field) { return field == s.field; });
    };
    auto const saved = [&](Config& from, Plan const& now, Saving<Config> const& s) -> std::optional<Plan> {
        Config changed = from;
        if (!s.change(changed)) return {};
        auto plan = plan_of(changed);
        if (limits.over(plan) >= limits.over(now)) return {};
        from = changed;
        return plan;
    };
    Plan plan = plan_of(config);
    std::vector<std::string> changed;
    for (bool better = true; better && !limits.hold(plan);) {
        better = false;
        for (auto const& s : savings) {
            if (fixed(s) || limits.hold(plan)) continue;
            if (auto next = saved(config, plan, s)) {
                plan = std::move(*next);
                better = true;
                if (std::find(changed.begin(), changed.end(), s.field) == changed.end()) changed.push_back(s.field);
                break; // the first that helps, again
            }
        }
    }
    for (auto const& field : changed) plan.notes.push_back(fmt::format("{} was chosen to fit the memory", field));
    if (limits.hold(plan)) return plan;
    plan.notes.push_back(excess(plan, limits));
    for (auto const& s : savings) {
        if (!fixed(s)) continue;
        Config other = config;
        Plan smaller = plan;
        while (auto next = saved(other, smaller, s)) smaller = std::move(*next);
        if (limits.over(smaller) < limits.over(plan))
            plan.notes.push_back(
                fmt::format("without {} as it is given, {} of device memory would do", s.field, format_bytes(smaller.device_peak_bytes)));
    }
    return plan;
}

/// run(config), again with the first of the savings that changes anything when memory runs out, until nothing is left to save; says
/// so once. The fields of `given` change as well: a result is worth more than a field.
template <class Config, class Run> auto with_less_memory(Config config, std::vector<Saving<Config>> const& savings, Run const& run) {
    for (bool warned = false;;) {
        try {
            return run(config);
        } catch (OutOfMemory const& e) {
            auto const change = [&](Saving<Config> const& s) { return s.change(config); };
            auto const changed = std::find_if(savings.begin(), savings.end(), change);
            if (changed == savings.end()) throw;
            if (!std::exchange(warned, true))
                log_warn("{}; trying again with a smaller {}, and less where that is too much (said once)", e.what(), changed->field);
        }
    }
}

} // namespace tessera
