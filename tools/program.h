// What every program does: options, --set, --print-schema, and errors as one sentence with exit status 1.
#pragma once

#include "core/files/atomic_file.h"
#include "core/config/config.h"
#include "core/config/given_fields.h"
#include "core/device/device.h"
#include "core/terminal/log.h"

#include <CLI/CLI.hpp>
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

/// Runs `run(config)`, or `run(config, given)` with the fields that the user gave (given_fields()), on the configuration that the
/// command line names. `more_options` adds options of the program's own.
template <class Config, class Run>
int program(char const* name, char const* purpose, int argc, char** argv, Run const& run, std::function<void(CLI::App&)> const& more_options = {}) {
    CLI::App app(purpose, name);
    app.set_version_flag("--version", TESSERA_VERSION);
    std::filesystem::path file;
    std::vector<std::string> overrides;
    bool print_schema = false, quiet = false;
    auto* const file_option = app.add_option("config", file, "Configuration file (JSON)");
    app.add_option("--set", overrides, "Override a field of the configuration: --set path.to.field=value")->expected(1)->take_all();
    app.add_flag("--print-schema", print_schema, "Print the JSON Schema of the configuration and exit");
    app.add_flag("--quiet", quiet, "Only warnings and errors");
    if (more_options) more_options(app);
    CLI11_PARSE(app, argc, argv);
    try {
        if (print_schema) {
            std::cout << config_schema<Config>(name) << '\n';
            return 0;
        }
        require(file_option->count() > 0, "{}: no configuration file given (see --help)", name);
        if (quiet) set_log_level(LogLevel::warn);
        auto const config = load_config<Config>(file, overrides);
        if constexpr (std::is_invocable_v<Run, Config const&, std::vector<std::string> const&>) run(config, given_fields(file, overrides));
        else run(config);
        return 0;
    } catch (std::exception const& e) {
        log_error("{}", e.what());
        return 1;
    }
}

} // namespace tessera
