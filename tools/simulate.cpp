// tessera-simulate: a multi-coil 3D non-Cartesian acquisition from a configuration file.
#include "core/atomic_file.h"
#include "core/bytes.h"
#include "core/device.h"
#include "core/log.h"
#include "core/progress.h"
#include "recon/formats/png.h"
#include "recon/formats/write.h"
#include "recon/simulate.h"

#include <CLI/CLI.hpp>
#include <iostream>

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
        v("format", format, "Layout of the output.", {.one_of = {"tessera", "mri_raw", "bart"}});
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
    Vector3 voxel_mm{};
    for (int d = 0; d < 3; ++d) voxel_mm[d] = scan.geometry.fov_mm[d] / static_cast<double>(scan.matrix[d]);
    write_png_views(path, magnitude, voxel_mm, default_window(magnitude));
}

void run(ProgramConfig const& config) {
    if (config.output.has_parent_path()) std::filesystem::create_directories(config.output.parent_path());
    Context const context(parse_device(config.device));
    log_info("simulating on {}, seed {}", device_name(context.device()), config.simulation.seed);
    auto const scan = [&] {
        Progress progress("coils", config.simulation.coils.coils);
        return simulate(context, config.simulation, [&](index_t done) { progress.update(done); });
    }();
    log_info("matrix {} x {} x {} (z, y, x), {} coils, {} readouts of {} samples, {:.1f} times fewer readouts than Nyquist asks for",
        scan.matrix[0], scan.matrix[1], scan.matrix[2], scan.coils(), scan.readouts(), scan.samples(),
        static_cast<double>(nyquist_readouts(config.simulation.trajectory, scan.matrix)) / static_cast<double>(scan.readouts()));
    write_acquisition(config.output, scan, config.format);
    if (config.views) write_views(beside(config.output, "_reference.png"), scan);
    AtomicFile resolved(beside(config.output, ".json"));
    std::string const text = config_json(config);
    resolved.write(std::span<char const>(text));
    resolved.commit();
    log_info("wrote {} (peak of {}: {})", config.output.string(), device_name(context.device()),
        format_bytes(context.allocator().use().peak));
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Simulates a multi-coil non-Cartesian MRI acquisition.", "tessera-simulate");
    app.set_version_flag("--version", TESSERA_VERSION);
    std::filesystem::path file;
    std::vector<std::string> overrides;
    bool print_schema = false, quiet = false;
    auto* const file_option = app.add_option("config", file, "Configuration file (JSON)");
    app.add_option("--set", overrides, "Override a field, e.g. --set simulation.coils.coils=12")->expected(1)->take_all();
    app.add_flag("--print-schema", print_schema, "Print the JSON Schema of the configuration and exit");
    app.add_flag("--quiet", quiet, "Only warnings and errors");
    CLI11_PARSE(app, argc, argv);
    try {
        if (print_schema) {
            std::cout << config_schema<ProgramConfig>("tessera-simulate") << '\n';
            return 0;
        }
        require(file_option->count() > 0, "tessera-simulate: no configuration file given (see --help)");
        if (quiet) set_log_level(LogLevel::warn);
        run(load_config<ProgramConfig>(file, overrides));
        return 0;
    } catch (std::exception const& e) {
        log_error("{}", e.what());
        return 1;
    }
}
