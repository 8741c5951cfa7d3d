// What every program does: its command line, and errors as one sentence with exit status 1.
#pragma once

#include "core/config/config.h"
#include "core/device/device.h"
#include "core/files/apart.h"
#include "core/files/atomic_file.h"
#include "core/files/manifest.h"
#include "core/terminal/log.h"
#include "nn/convolution/algorithm_choice.h"
#include "tools/program/command_line.h"
#include "tools/program/ending.h"

#include <functional>
#include <omp.h>

namespace tessera {

/// The resolved configuration of a run with what it says of itself, beside its results.
template <class Config> void write_resolved(std::filesystem::path const& path, Config const& config, RunRecord const& record = {}) {
    write_text_file(path, with_record(config_json(config), record));
}

/// Where and how a program computes: fields `device`, `threads`, `memory_limit_gib` and `tf32` of its configuration.
template <class Config> Context make_context(Config const& config) {
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Context const context(parse_device(config.device));
    if (config.memory_limit_gib)
        context.allocator().set_limit(static_cast<std::size_t>(*config.memory_limit_gib * static_cast<double>(std::size_t{1} << 30)));
    if constexpr (requires { config.tf32; })
        if (config.tf32) context.resource<convolution::PrecisionChoice>().precision = convolution::Precision::tf32;
    return context;
}

/// The configuration as a file that no output may replace; none where an earlier run wrote it itself, to be repeated.
inline std::filesystem::path own_input(std::filesystem::path const& config) {
    bool const own = config.filename() == "config.json" && !files_of_run(config.has_parent_path() ? config.parent_path() : ".").empty();
    return own ? std::filesystem::path() : config;
}

/// Where a configuration says how far input files are trusted; empty: nowhere.
template <class Config> constexpr char const* untrusted_field() {
    if constexpr (requires(Config c) { c.untrusted; })
        return "untrusted";
    else if constexpr (requires(Config c) { c.data.scan.untrusted; })
        return "data.scan.untrusted";
    else
        return "";
}

/// Runs `run(config, file)`, or `run(config, file, given)` with the fields that the user gave (given_fields()), on the configuration that the
/// command line names. `more_options` adds options of the program's own.
template <class Config, class Run>
int program(Usage const& usage, int argc, char** argv, Run const& run, std::function<void(CommandLine&)> const& more_options = {}) {
    CommandLine line(
        usage, [&] { return config_schema<Config>(usage.name); }, TESSERA_VERSION);
    std::string const untrusted = untrusted_field<Config>();
    if (!untrusted.empty())
        line.add_flag({"--untrusted", (untrusted + "=true").c_str(),
            "Read the input in a child process with limits of time and memory, as files from elsewhere should be"});
    if (more_options) more_options(line);
    return run_to_the_end([&] {
        if (auto const status = line.parse(argc, argv)) return *status;
        if (line.quiet()) set_log_level(LogLevel::warn);
        auto const config = line.template config<Config>();
        if constexpr (std::is_invocable_v<Run const&, Config const&>)
            run(config); // writes no files
        else if constexpr (std::is_invocable_v<Run const&, Config const&, std::filesystem::path const&>)
            run(config, own_input(line.config_file()));
        else
            run(config, own_input(line.config_file()), line.given());
        return interruption() ? 128 + interruption() : 0;
    });
}

} // namespace tessera
