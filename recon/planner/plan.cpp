#include "recon/planner/plan.h"

#include "core/device/device.h"
#include "core/files/bytes.h"
#include "core/terminal/log.h"
#include "core/terminal/progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tessera {

namespace {

Plan peaks_of(Context const& context, std::function<double(StageRecord const&)> const& seconds) {
    Plan plan;
    plan.device_peak_bytes = context.allocator().use().peak;
    plan.host_peak_bytes = context.host().allocator().use().peak;
    for (auto const& s : stages(context)) {
        plan.stages.push_back({s.name, s.depth, s.calls, s.device_peak, s.host_peak, seconds(s)});
        plan.device_peak_bytes = std::max(plan.device_peak_bytes, s.device_peak); // a step of training resets the allocator's
        plan.host_peak_bytes = std::max(plan.host_peak_bytes, s.host_peak);
        if (s.depth == 0) plan.seconds += seconds(s);
    }
    return plan;
}

} // namespace

Plan measured(Context const& context) {
    return peaks_of(context, [](StageRecord const& s) { return s.seconds; });
}

Plan rehearse(Device device, Rates const& rates, std::function<void(Context const&)> const& program) {
    LogPause const silent;
    auto const context = Context::rehearsal(device);
    program(context);
    auto plan = peaks_of(context, [&](StageRecord const& s) { return rates.seconds(s.work); });
    plan.seconds = rates.seconds(*context.stream().rehearsal);
    return plan;
}

std::string table(Plan const& plan, Device device) {
    std::string out =
        fmt::format("{:<34}{:>7}{:>14}{:>14}{:>12}\n", "stage", "calls", device_name(device) + " memory", "host memory", "time");
    auto const row = [&](std::string const& name, std::string const& calls, std::size_t on_device, std::size_t on_host, double seconds) {
        out += fmt::format("{:<34}{:>7}{:>14}{:>14}{:>12}\n", name, calls, format_bytes(on_device), format_bytes(on_host),
            seconds > 0 ? format_duration(seconds) : "-");
    };
    for (auto const& s : plan.stages)
        row(std::string(2 * s.depth, ' ') + s.name, fmt::format("{}", s.calls), s.device_peak_bytes, s.host_peak_bytes, s.seconds);
    row("peak", "", plan.device_peak_bytes, plan.host_peak_bytes, plan.seconds);
    for (auto const& note : plan.notes) out += note + "\n";
    return out;
}

std::string json(Plan const& plan) {
    auto stages = nlohmann::ordered_json::array();
    for (auto const& s : plan.stages)
        stages.push_back({{"name", s.name}, {"depth", s.depth}, {"calls", s.calls}, {"device_peak_bytes", s.device_peak_bytes},
            {"host_peak_bytes", s.host_peak_bytes}, {"seconds", s.seconds}});
    nlohmann::ordered_json const all{{"device_peak_bytes", plan.device_peak_bytes}, {"host_peak_bytes", plan.host_peak_bytes},
        {"seconds", plan.seconds}, {"stages", stages}, {"notes", plan.notes}};
    return all.dump(2) + "\n";
}

} // namespace tessera
