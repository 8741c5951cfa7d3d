// tessera-bench: what the parts of a reconstruction take, one subcommand each.
#include "core/terminal/log.h"
#include "recon/formats/read.h"
#include "recon/methods/methods.h"
#include "recon/methods/outputs.h"
#include "recon/methods/recon_config.h"
#include "tools/bench/bench_case.h"
#include "tools/bench/measure.h"
#include "tools/program.h"

#include <fmt/format.h>

using namespace tessera;

namespace {

/// What every subcommand understands: a configuration, fields on top of it, and short options for the usual fields.
struct Arguments {
    std::string file;
    std::vector<std::string> overrides;
    bool json = false, print_schema = false, quiet = false;

    void add_to(CLI::App& app) {
        app.add_option("config", file, "Configuration file (JSON)");
        app.add_option("--set", overrides, "Override a field of the configuration: --set path.to.field=value")->expected(1)->take_all();
        app.add_flag("--json", json, "Print JSON in place of a table");
        app.add_flag("--print-schema", print_schema, "Print the JSON Schema of the configuration and exit");
        app.add_flag("--quiet", quiet, "Only warnings and errors");
    }
    void add_field(CLI::App& app, std::string const& option, std::string const& path) {
        app.add_option_function<std::string>(
            option, [this, path](std::string const& value) { overrides.push_back(path + "=" + value); }, "The same as --set " + path + "=...");
    }
    std::string text() const { return file.empty() ? "{}" : read_config_text(file); }
    std::string source() const { return file.empty() ? "tessera-bench" : file; }
};

/// A reconstruction from file to image, stage by stage.
struct Stages {
    double read = 0, prepare = 0, reconstruct = 0, write = 0, cpu_seconds = 0;
    void describe(ConfigVisitor& v) {
        v("read", read, "Seconds.");
        v("prepare", prepare, "Seconds: whitening, density compensation, coil compression, maps.");
        v("reconstruct", reconstruct, "Seconds: the method, with what it plans.");
        v("write", write, "Seconds.");
        v("cpu_seconds", cpu_seconds, "All stages and threads together.");
    }
};

void bench_recon(ReconConfig const& config, bool json) {
    auto const context = make_context(config);
    Stages stages;
    Stopwatch const whole(context);
    auto const timed = [&](double& seconds, auto const& work) {
        Stopwatch const watch(context);
        auto result = work();
        seconds = watch.seconds();
        return result;
    };
    auto acquisition = timed(stages.read, [&] { return read_acquisition(config.input, config.read_options()); });
    auto const scan = timed(stages.prepare, [&] { return prepare_scan(context, std::move(acquisition), config, config.needs_maps()); });
    auto const image = timed(stages.reconstruct, [&] { return Reconstructor(scan, config)(config).to(Context()); });
    std::filesystem::create_directories(config.output);
    timed(stages.write, [&] { return write_results(config.output, image, scan.geometry, config.outputs), 0; });
    stages.cpu_seconds = whole.cpu_seconds();
    if (json) return fmt::print("{}\n", config_json(stages));
    fmt::print("{}: read {:.2f} s, prepare {:.2f} s, reconstruct {:.2f} s, write {:.2f} s; {:.2f} CPU s\n", config_name(config.method), stages.read,
        stages.prepare, stages.reconstruct, stages.write, stages.cpu_seconds);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Times the parts of a reconstruction.", "tessera-bench");
    app.set_version_flag("--version", TESSERA_VERSION);
    app.require_subcommand(1);
    Arguments arguments;
    std::function<void()> work;

    struct Part {
        char const *name, *purpose;
        void (*run)(BenchCase const&);
    };
    for (Part const& part : {Part{"nufft", "Times and errors of the non-uniform Fourier transform", bench_nufft},
             Part{"density", "Times density compensation", bench_density}, Part{"maps", "Times the joint estimation of maps", bench_maps},
             Part{"fft", "Times the Fourier transform of the oversampled grid", bench_fft}}) {
        CLI::App* const sub = app.add_subcommand(part.name, part.purpose);
        arguments.add_to(*sub);
        for (char const* field : {"readouts", "samples"}) arguments.add_field(*sub, std::string("--") + field, std::string("trajectory.") + field);
        for (char const* field : {"coils", "accuracy", "threads", "repeats", "device"}) arguments.add_field(*sub, std::string("--") + field, field);
        sub->add_option_function<std::string>(
            "--matrix", [&](std::string const& n) { arguments.overrides.push_back("matrix=[" + n + "," + n + "," + n + "]"); }, "Voxels along each axis");
        sub->add_option_function<std::string>(
            "--oversampling", [&](std::string const& s) { arguments.overrides.push_back("oversampling=[" + s + "]"); }, "Grids to compare, with commas");
        sub->callback([&, part] {
            work = [&, part] {
                if (arguments.print_schema) return fmt::print("{}\n", config_schema<BenchCase>("tessera-bench"));
                auto bench = parse_config<BenchCase>(arguments.text(), arguments.source(), arguments.overrides);
                bench.json = bench.json || arguments.json;
                if (bench.threads) omp_set_num_threads(static_cast<int>(*bench.threads));
                part.run(bench);
            };
        });
    }
    CLI::App* const recon = app.add_subcommand("recon", "Times a reconstruction from file to image; its configuration is tessera-recon's");
    arguments.add_to(*recon);
    recon->callback([&] {
        work = [&] {
            if (arguments.print_schema) return fmt::print("{}\n", config_schema<ReconConfig>("tessera-recon"));
            bench_recon(parse_config<ReconConfig>(arguments.text(), arguments.source(), arguments.overrides), arguments.json);
        };
    });

    CLI11_PARSE(app, argc, argv);
    try {
        if (arguments.quiet || arguments.json) set_log_level(LogLevel::warn);
        work();
        return 0;
    } catch (std::exception const& e) {
        log_error("{}", e.what());
        return 1;
    }
}
