// What every program does: its command line, and errors as one sentence with exit status 1.
#pragma once

#include "core/files/atomic_file.h"
#include "core/config/config.h"
#include "core/device/device.h"
#include "core/terminal/log.h"
#include "tools/command_line.h"

#include <functional>
#include <iostream>
#include <omp.h>

namespace tessera {

/// The resolved configuration of a run, beside its results.
template <class Config> void write_resolved(std::filesystem::path const& path, Config const& config) {
    write_text_file(path, config_json(config) + "\n");
}

/// Where a program computes: fields `device`, `threads` and `memory_limit_gib` of its configuration.
template <class Config> Context make_context(Config const& config) {
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Context const context(parse_device(config.device));
    if (config.memory_limit_gib)
        context.allocator().set_limit(static_cast<std::size_t>(*config.memory_limit_gib * static_cast<double>(std::size_t{1} << 30)));
    return context;
}

/// Runs `run(config)` on the configuration that the command line names. `more_options` adds options of the program's own.
template <class Config, class Run>
int program(Usage const& usage, int argc, char** argv, Run const& run, std::function<void(CLI::App&)> const& more_options = {}) {
    CommandLine line(usage, [&] { return config_schema<Config>(usage.name); });
    line.app().set_version_flag("--version", TESSERA_VERSION);
    if (more_options) more_options(line.app());
    try {
        line.app().parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return line.app().exit(e) == 0 ? 0 : 2;
    }
    try {
        if (line.wants_schema()) {
            std::cout << config_schema<Config>(usage.name) << '\n';
            return 0;
        }
        if (line.wants_fields()) {
            for (auto const& field : config_fields(config_schema<Config>(usage.name))) std::cout << text_of(field) << '\n';
            return 0;
        }
        if (line.quiet()) set_log_level(LogLevel::warn);
        run(line.config<Config>());
        return 0;
    } catch (std::exception const& e) {
        log_error("{}", e.what());
        return 1;
    }
}

} // namespace tessera
