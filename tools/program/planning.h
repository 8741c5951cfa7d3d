// --plan of the programs, and runs that are made to fit.
#pragma once

#include "recon/planner/fit.h"
#include "tools/program/program.h"

namespace tessera {

/// What --plan and --profile ask for.
struct PlanOptions {
    bool plan = false, json = false, profile = false;

    void add_to(CommandLine& line) {
        line.add_flag("--plan", plan, "Predict memory and time of every stage from the headers of the files, and exit");
        line.add_flag("--json", json, "With --plan: as JSON", "--plan");
        line.add_flag("--profile", profile,
            "Write profile.json beside the results: memory and time of every stage, as --plan --json has them");
    }
    void write_profile(std::filesystem::path const& folder, Context const& context) const {
        if (profile) write_text_file(folder / "profile.json", tessera::json(measured(context)));
    }
};

/// Prints the plan of a run. Throws Error where the run does not fit, once the plan is printed.
template <class Config, class PlanOf> void print_plan(Config config, std::vector<std::string> const& given, PlanOptions const& options,
    PlanOf const& plan_of, std::vector<Saving<Config>> const& savings) {
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Device const device = parse_device(config.device);
    auto const limits = memory_limits(device, config.memory_limit_gib, config.host_limit_gib);
    auto const rates = machine_rates(device);
    auto const plan = fit<Config>(
        config, given, limits, [&](Config const& c) { return plan_of(device, rates, c); }, savings);
    fmt::print("{}", options.json ? json(plan) : table(plan, device));
    require(limits.hold(plan), "{}", excess(plan, limits));
}

/// Changes what its user left open of a configuration, where the run would not fit otherwise. Where nothing helps it is run as it is.
template <class Config, class PlanOf>
Config fitted(Config config, std::vector<std::string> const& given, PlanOf const& plan_of, std::vector<Saving<Config>> const& savings) {
    try {
        Device const device = parse_device(config.device);
        auto const limits = memory_limits(device, config.memory_limit_gib, config.host_limit_gib);
        auto const plan = fit<Config>(
            config, given, limits, [&](Config const& c) { return plan_of(device, Rates{}, c); }, savings);
        log_debug("planned peak: {} of device memory, {} of host memory", format_bytes(plan.device_peak_bytes),
            format_bytes(plan.host_peak_bytes));
        for (auto const& note : plan.notes) log_info("{}", note);
    } catch (Error const& e) {
        log_debug("not planned: {}", e.what()); // the run will say it
    }
    return config;
}

} // namespace tessera
