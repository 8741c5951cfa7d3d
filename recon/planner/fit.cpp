#include "recon/planner/fit.h"

#include "core/device/backend.h"

namespace tessera {
namespace {

std::size_t bytes_of(double gib) { return static_cast<std::size_t>(gib * static_cast<double>(std::size_t{1} << 30)); }

std::size_t above(std::size_t bytes, std::size_t limit) { return limit && bytes > limit ? bytes - limit : 0; }

} // namespace

std::size_t MemoryLimits::over(Plan const& plan) const {
    std::size_t const on_host = plan.host_peak_bytes + (shared ? plan.device_peak_bytes : 0);
    return above(plan.device_peak_bytes, device) + above(on_host, host);
}

MemoryLimits memory_limits(Device kind, std::optional<double> device_gib, std::optional<double> host_gib) {
    MemoryLimits limits;
    limits.shared = kind != Device::cuda && !host_gib;
    limits.device = device_gib ? bytes_of(*device_gib) : kind == Device::cuda ? backend::free_memory(kind) : 0;
    limits.host = host_gib ? bytes_of(*host_gib) : backend::free_memory(Device::cpu);
    return limits;
}

bool halve_patch(Matrix& patch) {
    constexpr index_t kSmallest = 16;
    auto const longest = std::max_element(patch.begin(), patch.end());
    if (*longest < 2 * kSmallest) return false;
    *longest = (*longest + 1) / 2;
    return true;
}

bool halve_coils(index_t& coils) {
    if (coils <= 1) return false;
    coils /= 2;
    return true;
}

std::string excess(Plan const& plan, MemoryLimits const& limits) {
    std::string parts;
    auto const add = [&](char const* where, std::size_t bytes, std::size_t limit) {
        if (above(bytes, limit) == 0) return;
        parts += fmt::format("{}{} of {} memory, {} more than the {} that may be used", parts.empty() ? "" : " and ", format_bytes(bytes),
            where, format_bytes(above(bytes, limit)), format_bytes(limit));
    };
    add("device", plan.device_peak_bytes, limits.device);
    add("host", plan.host_peak_bytes + (limits.shared ? plan.device_peak_bytes : 0), limits.host);
    return "the run does not fit: it takes " + parts;
}

} // namespace tessera
