// tessera-simulate: a multi-coil 3D non-Cartesian acquisition from a configuration file.
#include "recon/simulation/simulate.h"
#include "core/device/device.h"
#include "core/files/bytes.h"
#include "core/files/lock.h"
#include "core/terminal/progress.h"
#include "recon/formats/write.h"
#include "recon/pictures/png.h"
#include "tools/program/program.h"

using namespace tessera;

namespace {

struct ProgramConfig {
    std::filesystem::path output;
    std::string format = "tessera";
    bool views = true;
    std::string device = "auto";
    SimulationConfig simulation;

    void describe(ConfigVisitor& v) {
        v("output", output, "The file to write. The resolved configuration and the views lie beside it.", {.required = true});
        v("format", format, "Layout of the output.", {.one_of = writable_formats()});
        v("views", views, "Writes a PNG image with views of the reference.");
        v("device", device, "Where transforms run.", {.one_of = {"auto", "cpu", "cuda", "simt"}});
        v("simulation", simulation, "What is simulated.");
    }
};

std::filesystem::path beside(std::filesystem::path const& output, char const* ending) {
    return output.parent_path() / (output.stem().string() + ending);
}

void write_views(std::filesystem::path const& path, Acquisition const& scan) {
    Tensor<complex> const& reference = *scan.reference;
    Tensor<real> const magnitude(reference.context(), reference.shape());
    for (index_t i = 0; i < reference.size(); ++i) magnitude.data()[i] = abs(reference.data()[i]);
    write_png_views(path, magnitude, scan.geometry, default_window(magnitude));
}

std::vector<std::filesystem::path> outputs_of(ProgramConfig const& config) {
    std::vector<std::filesystem::path> paths{config.output, beside(config.output, ".json"), beside(config.output, "_reference.png")};
    if (config.format == "bart")
        for (char const* part : {"_ksp", "_traj", "_dcf", "_noise", "_maps", "_reference"})
            for (char const* ending : {".cfl", ".hdr"}) paths.push_back(beside(config.output, part) += ending);
    return paths;
}

void run(ProgramConfig const& config, std::filesystem::path const& file) {
    auto const outputs = outputs_of(config);
    require_apart(outputs, {file, config.simulation.file});
    require(outputs[0] != outputs[1], "/output is {}, where the resolved configuration goes: choose another ending",
        config.output.string());
    std::error_code error;
    if (config.output.has_parent_path()) std::filesystem::create_directories(config.output.parent_path(), error);
    require(!error, "{}: cannot make this folder: {}", config.output.parent_path().string(), error.message());
    sweep_leftovers(config.output.has_parent_path() ? config.output.parent_path() : ".");
    Context const context(parse_device(config.device));
    log_info("simulating on {}, seed {}", device_in_words(context.device()), config.simulation.seed);
    auto const scan = [&] {
        Progress progress("coils", config.simulation.coils.coils);
        return simulate(context, config.simulation, [&](index_t done) { progress.update(done); });
    }();
    log_info("matrix {} x {} x {} (z, y, x), {} coils, {} readouts of {} samples, {:.1f} times fewer readouts than Nyquist asks for",
        scan.matrix[0], scan.matrix[1], scan.matrix[2], scan.coils(), scan.readouts(), scan.samples(),
        static_cast<double>(nyquist_readouts(config.simulation.trajectory, scan.matrix)) / static_cast<double>(scan.readouts()));
    write_acquisition(config.output, scan, config.format);
    if (config.views) write_views(beside(config.output, "_reference.png"), scan);
    write_resolved(beside(config.output, ".json"), config);
    log_info("wrote {} (peak of {}: {})", config.output.string(), device_name(context.device()),
        format_bytes(context.allocator().use().peak));
}

} // namespace

int main(int argc, char** argv) {
    Usage const usage{.name = "tessera-simulate",
        .purpose = "Simulates a multi-coil non-Cartesian MRI acquisition.",
        .shortcuts = {{"--format", "format"}},
        .examples = {"tessera-simulate -o scan.h5",
            "tessera-simulate -o scan.h5 --set simulation.matrix=96 --set simulation.coils.coils=12",
            "tessera-simulate config.json --set simulation.seed=2"},
        .fields = {"format", "simulation.matrix", "simulation.fov_mm", "simulation.seed", "simulation.snr", "simulation.coils.coils",
            "simulation.trajectory.kind", "simulation.trajectory.undersampling", "simulation.trajectory.readout_oversampling",
            "simulation.noise_samples"}};
    return program<ProgramConfig>(usage, argc, argv, run);
}
