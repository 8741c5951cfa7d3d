// tessera-recon: from a k-space file to a volume.
#include "core/device/device.h"
#include "core/device/stage.h"
#include "core/files/atomic_folder.h"
#include "core/files/bytes.h"
#include "core/files/row_log.h"
#include "core/terminal/progress.h"
#include "recon/comparison/snr_map.h"
#include "recon/comparison/trust.h"
#include "recon/formats/dicom/dicom.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/formats/read.h"
#include "recon/methods/choose_lambda.h"
#include "recon/methods/mbdl.h"
#include "recon/methods/outputs.h"
#include "recon/metrics/edge_steepness.h"
#include "recon/metrics/image_quality.h"
#include "recon/metrics/vessel_sharpness.h"
#include "recon/planner/reconstruction_plan.h"
#include "recon/states/state_images.h"
#include "recon/states/state_pictures.h"
#include "recon/training/adaptation.h"
#include "recon/training/run_folder.h"
#include "recon/training/training_run.h"
#include "tools/program/method_bars.h"
#include "tools/program/planning.h"
#include "tools/program/program.h"

#include <chrono>
#include <nlohmann/json.hpp>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

struct Reconstructed {
    Tensor<complex> image; ///< [z, y, x], or [state, z, y, x] in host memory
    MethodConfig settings;
    Geometry geometry;
    std::optional<Tensor<real>> expected; ///< [z, y, x]
    std::vector<VesselSegment> vessels;   ///< of the truth, where it is known
    std::optional<Tensor<real>> trust;    ///< [z, y, x], where it was asked for: difference of repeats
    std::optional<Tensor<real>> snr;      ///< [z, y, x], where it was asked for
};

/// Writes the cost of every iteration to cost.csv and cost.jsonl, where a method tells it.
class CostLog {
public:
    explicit CostLog(fs::path const& folder) : path_(folder / "cost") {}

    MethodProgress listen(MethodProgress progress) {
        progress.cost = [this](index_t iteration, double cost, double change) {
            if (!rows_) rows_.emplace(path_, std::vector<std::string>{"iteration", "cost", "relative_change"});
            rows_->append({static_cast<double>(iteration), cost, change});
        };
        return progress;
    }

private:
    fs::path path_;
    std::optional<RowLog> rows_;
};

// The image and how it was made; a sweep and the cost of every iteration are written to the folder.
Reconstructed reconstruct(Scan const& scan, ReconConfig const& config, fs::path const& folder, std::vector<std::string>& warnings) {
    std::string const method(config_name(config.method));
    auto const choice = [&] {
        MethodBars bars;
        return choose_lambda(scan, config, config, bars.listen(method));
    }();
    if (!choice.rows.empty()) write_text_file(folder / "sweep.csv", csv(choice));
    MethodBars bars;
    CostLog costs(folder);
    auto const progress = costs.listen(bars.listen(method));
    Reconstructor reconstruct(scan, config);
    auto const image = reconstruct(choice.config, progress);
    warnings.insert(warnings.end(), reconstruct.warnings().begin(), reconstruct.warnings().end());
    return {image, choice.config, scan.geometry, scan.expected, scan.vessels, {}, {}};
}

/// The same for several states, of which there is the truth of the first: end-expiration.
Reconstructed reconstruct(StateScans const& states, ReconConfig const& config, fs::path const& folder, std::vector<std::string>& warnings) {
    MethodBars bars;
    CostLog costs(folder);
    auto const made = reconstruct_states(states, config,
        [&](std::string const& what) { return is_joint(config.method) ? costs.listen(bars.listen(what)) : bars.listen(what); });
    warnings.insert(warnings.end(), made.warnings.begin(), made.warnings.end());
    return {made.images, config, states.all().geometry, states.all().expected, states.all().vessels, {}, {}};
}

/// Two more reconstructions; their maps and figures are written to the folder, and said.
void check_trust(Scan const& scan, ReconConfig const& config, Reconstructed& made, fs::path const& folder) {
    std::optional<MethodBars> bars;
    auto const trust = trust_of(scan, config, made.settings, made.image, [&](char const* what) { return bars.emplace().listen(what); });
    write_nifti(folder / "trust_noise.nii.gz", trust.noise, scan.geometry);
    made.trust = trust.noise;
    if (trust.lesion) write_nifti(folder / "trust_lesion.nii.gz", *trust.lesion, scan.geometry);
    nlohmann::ordered_json figures;
    if (trust.lesion) figures = {{"lesion_recovery", trust.answers.lesion_recovery}, {"lesion_spread", trust.answers.lesion_spread}};
    figures["repeat_difference"] = trust.answers.repeat_difference;
    figures["sentences"] = trust.sentences();
    write_text_file(folder / "trust.json", figures.dump(2) + "\n");
    for (auto const& sentence : trust.sentences()) log_info("{}", sentence);
}

/// The map of the signal-to-noise ratio; it is written to the folder.
Tensor<real> make_snr(Scan const& scan, ReconConfig const& config, Reconstructed const& made, fs::path const& folder) {
    std::optional<MethodBars> bars;
    auto const snr = snr_map(scan, config, made.settings, made.image, config.outputs.snr_replicas,
        [&](char const* what) { return bars.emplace().listen(what); });
    write_nifti(folder / "snr.nii.gz", snr, scan.geometry);
    return snr;
}

/// What the program would write, and what an earlier run left.
std::vector<fs::path> outputs_of(ReconConfig const& config) {
    std::vector<fs::path> paths;
    for (char const* name : {"volume.h5", "image_magnitude.nii.gz", "image_phase.nii.gz", "image.cfl", "image.hdr", "views.png",
             "states.gif", "dicom", "maps.h5", "snr.nii.gz", "sweep.csv", "cost.csv", "cost.jsonl", "adapted.safetensors",
             "adaptation.html", "trust.json", "trust_lesion.nii.gz", "trust_noise.nii.gz", "log.txt", "config.json"})
        paths.push_back(config.output / name);
    for (auto const& name : files_of_run(config.output)) paths.push_back(config.output / name);
    return paths;
}

std::vector<fs::path> inputs_of(ReconConfig const& config, fs::path const& file) {
    std::vector<fs::path> paths{file, config.mbdl.weights, config.outputs.dicom_reference};
    for (auto const& path : {config.input, config.trajectory, config.weights})
        for (char const* ending : {"", ".cfl", ".hdr"})
            if (!path.empty()) paths.push_back(path.string() + ending);
    return paths;
}

/// Whether edges across z, and vessels where they are known, are as sharp as in the reference.
void report_sharpness(Tensor<real> const& found, Tensor<real> const& expected, Reconstructed const& made, double scale) {
    if (auto const edges = edge_steepness(found, expected); edges.columns > 0)
        fmt::print("edges across z: {:.2f} times as steep as in the reference\n", scale * edges.ratio);
    if (made.vessels.empty() || expected.shape()[0] == 1) return;
    auto const vessels = vessel_sharpness(found, choose_profiles(expected, made.vessels, made.geometry.fov_mm));
    if (vessels.profiles > 0)
        fmt::print("vessels: {:.2f} times as wide as in the reference, {:.0f} % lost\n", vessels.over_reference,
            100 * vessels.lost_share());
}

void report_metrics(Reconstructed const& made) {
    auto const& image = made.image;
    auto const& expected = *made.expected;
    bool const states = image.shape().rank() == 4;
    if (states) fmt::print("state 1:\n");
    auto const found = magnitude(states ? image[0] : image);
    auto const whole = quality(found, expected);
    fmt::print("{}  (magnitude against the reference, data range {:.4g}, after a scale of {:.4g})\n", summary(whole), whole.data_range,
        whole.scale);
    auto const mask = object_mask(expected);
    auto const object = quality(found, expected, mask);
    double inside = 0;
    for (real const m : mask.host()) inside += m;
    fmt::print("in the object ({:.0f} % of the voxels): {}  (data range {:.4g}, after a scale of {:.4g})\n",
        100 * inside / static_cast<double>(mask.size()), summary(object), object.data_range, object.scale);
    report_sharpness(found, expected, made, object.scale);
}

/// What f() does in the hidden folder, told with the names that the user knows.
template <class F> void in_names_of(fs::path const& output, fs::path const& hidden, F const& f) {
    try {
        f();
    } catch (Error const& e) {
        std::string message = e.what();
        auto const at = message.find(hidden.string());
        if (at == std::string::npos) throw;
        fail("{}", message.replace(at, hidden.string().size(), output.string()));
    }
}

/// The weights of /mbdl/adapt; of the run that made them the report stays in the folder.
fs::path adapted_weights(Context const& context, ReconConfig const& config, fs::path const& folder) {
    auto const training = adaptation_of(config, folder / "adaptation");
    run_training(context, training, {}, "tessera-recon " TESSERA_VERSION);
    interruption_point();
    fs::path const weights = folder / "adapted.safetensors";
    fs::rename(RunFolder::best_checkpoint(training), weights);
    fs::rename(training.output / "report.html", folder / "adaptation.html");
    fs::remove_all(training.output);
    return weights;
}

void write_dicom(fs::path const& folder, Reconstructed const& made, DicomStudy const& study, std::vector<std::string> const& warnings) {
    std::string const method(config_name(made.settings.method));
    std::string const comment = warnings.empty() ? "" : "WARNING: " + warnings.front();
    study.write(folder / "dicom/image", magnitude(made.image), made.geometry, {"Tessera " + method, comment, 1});
    if (made.trust)
        study.write(folder / "dicom/trust_noise", *made.trust, made.geometry,
            {"Tessera " + method + ", difference of repeats", comment, 2});
    if (made.snr) study.write(folder / "dicom/snr", *made.snr, made.geometry, {"Tessera " + method + ", SNR", comment, 3});
}

Reconstructed make_image(Context const& context, Acquisition acquisition, ReconConfig const& config, RunRecord& record,
    fs::path const& folder) {
    auto const scan = prepare_scan(context, std::move(acquisition), config, config.needs_maps());
    auto made = with_less_memory(config, reconstruction_savings(),
        [&](ReconConfig const& c) { return reconstruct(scan, c, folder, record.warnings); });
    made.image = made.image.to(context.host());
    if (config.trust) check_trust(scan, config, made, folder);
    if (config.outputs.snr_replicas > 0) made.snr = make_snr(scan, config, made, folder);
    if (config.outputs.maps && !scan.maps.empty()) write_maps(folder, scan.maps, context.host());
    return made;
}

Reconstructed make_states(Context const& context, Acquisition acquisition, ReconConfig const& config, RunRecord& record,
    fs::path const& folder) {
    StateScans const states(context, std::move(acquisition), config, config.states, config.needs_maps());
    auto made = with_less_memory(config, reconstruction_savings(),
        [&](ReconConfig const& c) { return reconstruct(states, c, folder, record.warnings); });
    auto const size = magnitude(made.image);
    if (config.outputs.png) write_states_png(folder / "views.png", size, made.geometry);
    if (config.outputs.maps && !states.all().maps.empty()) write_maps(folder, states.all().maps, context.host());
    if (config.outputs.gif) write_states_gif(folder / "states.gif", size, made.geometry, config.states.by);
    return made;
}

void run(ReconConfig const& wanted, fs::path const& file, PlanOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    ReconConfig config = wanted;
    require_apart(outputs_of(config), inputs_of(config, file));
    if (config.method == Method::mbdl) require_weights(config.mbdl, config.density);
    if (config.states.count > 1) require_possible_with_states(config);
    require(config.states.count > 1 || !is_joint(config.method), "/method is {}: it needs several states, /states/count is 1",
        config_name(config.method));
    auto const context = make_context(config);
    if (config.mbdl.adapt) adaptation_of(config, {}); // so that it fails now
    auto const read = [&] {
        Stage const stage(context, "file");
        return read_acquisition(config.input, config.read_options(), config.raw_data(context));
    };
    std::optional<Acquisition> acquisition;
    if (!config.mbdl.adapt) acquisition = read(); // else not beside the training, which reads it as well
    AtomicFolder folder(config.output);           // before the work: hours may pass until there is something to write
    LogFile const log(folder.temporary() / "log.txt");
    log_info("tessera-recon {}: {} on {}", TESSERA_VERSION, config.input.string(), device_in_words(context.device()));
    if (config.mbdl.adapt) {
        in_names_of(config.output, folder.temporary(), [&] { config.mbdl.weights = adapted_weights(context, config, folder.temporary()); });
        acquisition = read();
    }

    RunRecord record{{}, acquisition->warnings};
    std::optional<DicomStudy> study; // what is wrong with it is said before the work
    if (config.outputs.dicom) study.emplace(acquisition->study, config.outputs.dicom_reference);
    Reconstructed made;
    in_names_of(config.output, folder.temporary(), [&] {
        made = config.states.count > 1 ? make_states(context, std::move(*acquisition), config, record, folder.temporary())
                                       : make_image(context, std::move(*acquisition), config, record, folder.temporary());
        write_results(folder.temporary(), made.image, made.geometry, config.outputs, record.warnings);
        if (study) write_dicom(folder.temporary(), made, *study, record.warnings);
        options.write_profile(folder.temporary(), context);
        record.files = files_below(folder.temporary());
        record.files.emplace_back("config.json");
        write_resolved(folder.temporary() / "config.json", wanted, record);
    });
    interruption_point();
    folder.commit();
    if (made.expected) report_metrics(made);
    log_info("wrote {} after {} (peak memory on {}: {})", config.output.string(),
        format_duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()), device_name(context.device()),
        format_bytes(context.allocator().use().peak));
}

} // namespace

int main(int argc, char** argv) {
    PlanOptions options;
    Usage const usage{.name = "tessera-recon",
        .purpose = "Reconstructs non-Cartesian MRI k-space.",
        .inputs = "input",
        .shortcuts = {{"--method", "method"}, {"--weights", "mbdl.weights", "method=mbdl"}},
        .flags = {{"--trust", "trust=true", "Two more reconstructions say what the image can be trusted with: trust.json and maps"},
            {"--adapt", "mbdl.adapt=60", "With --method mbdl: fits the weights to the scan's own readouts first"}},
        .examples = {"tessera-recon scan.mrd -o out", "tessera-recon scan.mrd -o out --method l1-wavelet --set l1_wavelet.lambda=0.01",
            "tessera-recon scan.mrd -o out --weights weights.safetensors",
            "tessera-recon scan.mrd -o out --method xd-grasp --set states.count=6", "tessera-recon scan.mrd -o out --method mbdl --adapt",
            "tessera-recon config.json --set matrix=160,160,160"},
        .fields = {"method", "matrix", "fov", "trajectory_units", "density.kind", "maps.source", "cg.lambda", "l1_wavelet.lambda",
            "tv.lambda", "threads"}};
    return program<ReconConfig>(
        usage, argc, argv,
        [&](ReconConfig const& config, fs::path const& file, std::vector<std::string> const& given) {
            if (options.plan) return print_plan(config, given, options, plan_reconstruction, reconstruction_savings());
            run(fitted(config, given, plan_reconstruction, reconstruction_savings()), file, options);
        },
        [&](CommandLine& line) { options.add_to(line); });
}
