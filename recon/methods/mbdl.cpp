#include "recon/methods/mbdl.h"

#include "core/arrays/vector_ops.h"
#include "core/config/json_watch.h"
#include "core/terminal/log.h"
#include "nn/complex_channels.h"
#include "recon/methods/shipped_weights.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

// For a sentence.
template <class T> std::string in_one_line(T const& config) { return nlohmann::ordered_json::parse(config_json(config)).dump(); }

/// Refuses a parameter that the file has not, before there is memory for it: what a file's metadata say of sizes is only a claim.
ParameterList::Expectation shapes_of(Safetensors const& file) {
    return [&file](std::string const& name, Shape const& shape) {
        auto const* const entry = file.find(name);
        require(entry != nullptr, "{}: tensor \"{}\" is missing, expected with shape {}", file.path().string(), name, shape.str());
        require(entry->shape == shape, "{}: tensor \"{}\" has shape {}, expected {}", file.path().string(), name, entry->shape.str(),
            shape.str());
    };
}

/// The model of the training with what the user wants otherwise.
ModelConfig applied(ModelConfig model, MbdlConfig const& config) {
    if (config.unrolls) model.unrolls = *config.unrolls;
    if (config.tolerance) model.equilibrium.tolerance = *config.tolerance;
    if (config.iterations) model.equilibrium.iterations = *config.iterations;
    return model;
}

/// "5 unrolls", "an equilibrium (30 iterations at most, tolerance 0.001)".
std::string in_words(ModelConfig const& model) {
    if (model.kind == ModelKind::unrolled) return fmt::format("{} unrolls", model.unrolls);
    return fmt::format("an equilibrium ({} iterations at most, tolerance {:g})", model.equilibrium.iterations, model.equilibrium.tolerance);
}

} // namespace

void require_weights(MbdlConfig const& config, DensityConfig const& density) {
    if (config.weights.empty()) return; // those that come with the program: which ones depends on the scan
    Safetensors const file(config.weights);
    auto info = ModelInfo::of(file);
    require_preparation(file, info, density, config);
    info.model = applied(info.model, config);
    ParameterList parameters(Context(), false);
    parameters.expect(shapes_of(file));
    auto const network = make_model(info.model, parameters);
    load_weights(file, parameters);
}

TrainedReconstruction::TrainedReconstruction(Context const& context, Scan const& scan, MbdlConfig const& config,
    DensityConfig const& density)
    : parameters_(context, false) {
    Safetensors const file(config.weights.empty() ? shipped_weights(scan, density) : config.weights);
    auto const info = ModelInfo::of(file);
    warnings_ = check_fit(file, info, scan, density, config);
    for (auto const& warning : warnings_) log_warn("mbdl: {}", warning);
    model_ = applied(info.model, config);
    memory_ = info.memory;
    if (memory_.policy != MemoryPolicy::block) memory_.halo.reset(); // training saw whole volumes
    memory_.policy = MemoryPolicy::block;                            // which blocks with an exact halo equal
    if (config.patch) memory_.patch = *config.patch;
    if (config.halo) memory_.halo = config.halo;
    parameters_.expect(shapes_of(file));
    network_ = make_model(model_, parameters_);
    load_weights(file, parameters_);
    auto const seen = network_->reach();
    index_t const halo = memory_.halo.value_or(seen.radius);
    log_info("mbdl: {}, {} parameters, patches of {} x {} x {} with a halo of {}{}", in_words(model_), parameters_.count(),
        memory_.patch[0], memory_.patch[1], memory_.patch[2], halo,
        halo < seen.radius ? fmt::format(" (exact would be {})", seen.radius) : std::string(" (exact)"));
}

Tensor<complex> TrainedReconstruction::operator()(LeastSquares problem, std::function<void(index_t, index_t)> const& progress) {
    auto const report = std::make_shared<SolverReport>();
    bool const iterates = model_.kind == ModelKind::equilibrium;
    report->progress = [&](index_t done) {
        if (progress) progress(done, iterates ? model_.equilibrium.iterations : model_.unrolls);
    };
    Tape tape(Tape::Mode::skip);
    Var x0(as_channels(problem.data.b));
    auto image = as_complex(network_->forward(tape, std::exchange(problem.data, {}), std::move(x0), memory_, report).value());
    if (report->solves > 0)
        log_info("mbdl: {} CG iterations, largest relative residual {:.1e}", report->forward_iterations, report->forward);
    if (iterates) report_fixed_point(report->fixed_point);
    axpby(problem.scale, image, 0, image);
    return image;
}

void TrainedReconstruction::report_fixed_point(FixedPointReport const& found) {
    fixed_point_ = found;
    double const wanted = model_.equilibrium.tolerance;
    log_info("mbdl: {} iterations to a relative residual of {:.1e}", found.iterations, found.residual);
    if (found.residual <= wanted) return;
    warnings_.push_back(fmt::format("the fixed point has not converged: a relative residual of {:.1e} after {} iterations, {:g} is wanted",
        found.residual, found.iterations, wanted));
    log_warn("mbdl: {}", warnings_.back());
}

void require_preparation(Safetensors const& file, ModelInfo const& trained, DensityConfig const& prepared, MbdlConfig const& config) {
    std::string const name = file.path().string();
    // How many steps an iteration took changes its weights by about 1 %; another kind of weights is another problem.
    require(trained.scan.density.kind == prepared.kind, "{}: trained with other density compensation than /density has: {} against {}",
        name, in_one_line(trained.scan.density), in_one_line(prepared));
    bool const iterates = trained.model.kind == ModelKind::equilibrium;
    require(!iterates || !config.unrolls, "{}: weights of an equilibrium, which has no unrolls: /mbdl/unrolls must be null", name);
    require(iterates || (!config.tolerance && !config.iterations),
        "{}: weights of unrolls, not of an equilibrium: /mbdl/tolerance and /mbdl/iterations must be null", name);
    require(!config.unrolls || trained.model.shared_weights || *config.unrolls == trained.model.unrolls,
        "{}: weights for each of {} unrolls, /mbdl/unrolls is {}", name, trained.model.unrolls, config.unrolls.value_or(0));
}

std::vector<std::string> check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& prepared,
    MbdlConfig const& config) {
    std::string const name = file.path().string();
    require_preparation(file, trained, prepared, config);
    index_t const dimensions = scan.matrix[0] == 1 ? 2 : 3;
    require(trained.sampling.dimensions == dimensions, "{}: trained on {}D scans, this one is {}D", name, trained.sampling.dimensions,
        dimensions);

    std::vector<std::string> unlike;
    auto const compare = [&](double found, double least, double most, double tolerance, char const* what) {
        if (found < least / tolerance || found > most * tolerance)
            unlike.push_back(fmt::format("weights {} were trained on scans with {} from {:.3g} to {:.3g}, this one has {:.3g}",
                file.path().filename().string(), what, least, most, found));
    };
    double const voxels = static_cast<double>(scan.matrix[0]) * static_cast<double>(scan.matrix[1]) * static_cast<double>(scan.matrix[2]);
    auto const& s = trained.sampling;
    compare(static_cast<double>(scan.trajectory.shape()[0]) / voxels, s.samples_per_voxel[0], s.samples_per_voxel[1], 1.5,
        "samples per voxel");
    if (auto const noise = noise_to_signal(scan); noise && s.noise) compare(*noise, (*s.noise)[0], (*s.noise)[1], 2, "noise over signal");
    if (s.longest_axis)
        compare(static_cast<double>(*std::max_element(scan.matrix.begin(), scan.matrix.end())), static_cast<double>((*s.longest_axis)[0]),
            static_cast<double>((*s.longest_axis)[1]), 2, "voxels along the longest axis");
    if (s.coils)
        compare(static_cast<double>(scan.kspace.shape()[0]), static_cast<double>((*s.coils)[0]), static_cast<double>((*s.coils)[1]), 2,
            "coils");
    return unlike;
}

} // namespace tessera
