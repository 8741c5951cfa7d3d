// tessera-bench: what the parts of a reconstruction take, one subcommand each.
#include "core/terminal/log.h"
#include "recon/formats/read.h"
#include "recon/methods/methods.h"
#include "recon/methods/outputs.h"
#include "recon/methods/recon_config.h"
#include "tools/bench/bench_case.h"
#include "tools/bench/measure.h"
#include "tools/program/program.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

using namespace tessera;

namespace {

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
    if (json) set_log_level(LogLevel::warn);
    auto const context = make_context(config);
    Stages stages;
    Stopwatch const whole(context);
    auto const timed = [&](double& seconds, auto const& work) {
        Stopwatch const watch(context);
        auto result = work();
        seconds = watch.seconds();
        return result;
    };
    auto acquisition = timed(stages.read, [&] { return read_acquisition(config.input, config.read_options(), context.host()); });
    auto const scan = timed(stages.prepare, [&] { return prepare_scan(context, std::move(acquisition), config, config.needs_maps()); });
    auto const image = timed(stages.reconstruct, [&] { return Reconstructor(scan, config)(config).to(Context()); });
    std::filesystem::create_directories(config.output);
    timed(stages.write, [&] { return write_results(config.output, image, scan.geometry, config.outputs), 0; });
    stages.cpu_seconds = whole.cpu_seconds();
    if (json) return fmt::print("{}\n", config_json(stages));
    fmt::print("{}: read {:.2f} s, prepare {:.2f} s, reconstruct {:.2f} s, write {:.2f} s; {:.2f} CPU s\n", config_name(config.method),
        stages.read, stages.prepare, stages.reconstruct, stages.write, stages.cpu_seconds);
}

} // namespace

int main(int argc, char** argv) {
    struct Part {
        std::string_view name;
        char const* purpose;
        void (*run)(BenchCase const&);
    };
    constexpr Part kParts[] = {{"nufft", "Times the non-uniform Fourier transform, and compares it with direct sums.", bench_nufft},
        {"plan", "Times the planning of a transform: points are located and sorted.", bench_plan},
        {"density", "Times density compensation.", bench_density}, {"maps", "Times the joint estimation of maps.", bench_maps},
        {"fft", "Times the Fourier transform of the oversampled grid.", bench_fft},
        {"normal", "Times the normal operator of all coils, as a convolution and gridded.", bench_normal},
        {"conv", "Times a convolution and its gradients.", bench_conv},
        {"train-step", "Times a reconstruction and a training step of an unrolled network.", bench_train_step}};

    // The first word says what to time; without one it is the NUFFT.
    std::string_view const word = argc > 1 ? argv[1] : "";
    bool json = false;
    auto const json_flag = [&](CommandLine& line) { line.add_flag("--json", json, "Print JSON in place of a table"); };
    if (word == "recon") {
        Usage const usage{.name = "tessera-bench recon",
            .purpose = "Times a reconstruction from file to image; fields are those of tessera-recon.",
            .inputs = "input",
            .shortcuts = {{"--method", "method"}, {"--threads", "threads"}},
            .examples = {"tessera-bench recon scan.h5 -o out --method cg-sense"},
            .fields = {"method", "threads"}};
        return program<ReconConfig>(
            usage, argc - 1, argv + 1, [&](ReconConfig const& config) { bench_recon(config, json); }, json_flag);
    }
    auto const* const found = std::find_if(std::begin(kParts), std::end(kParts), [&](Part const& p) { return p.name == word; });
    bool const named = found != std::end(kParts);
    Part const part = named ? *found : kParts[0];
    Usage const usage{.name = "tessera-bench",
        .purpose = named
            ? part.purpose
            : "Times the parts of a reconstruction: tessera-bench nufft (default), plan, density, maps, fft, normal, conv, train-step or recon.",
        .output = false,
        .shortcuts = {{"--matrix", "matrix"}, {"--readouts", "trajectory.readouts"}, {"--samples", "trajectory.samples"},
            {"--coils", "coils"}, {"--accuracy", "accuracy"}, {"--oversampling", "oversampling"}, {"--threads", "threads"},
            {"--repeats", "repeats"}, {"--device", "device"}},
        .examples = {"tessera-bench config.json", "tessera-bench nufft --matrix 128 --coils 8",
            "tessera-bench density --matrix 128 --json"},
        .fields = {"matrix", "trajectory.kind", "trajectory.readouts", "trajectory.samples", "coils", "accuracy", "oversampling", "repeats",
            "threads"}};
    auto const run = [&](BenchCase bench) {
        bench.json = bench.json || json;
        if (bench.threads) omp_set_num_threads(static_cast<int>(*bench.threads));
        part.run(bench);
    };
    return program<BenchCase>(usage, argc - named, argv + named, run, json_flag);
}
