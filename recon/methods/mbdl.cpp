#include "recon/methods/mbdl.h"

#include "core/terminal/log.h"
#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"

#include <nlohmann/json.hpp>

namespace tessera {
namespace {

// For a sentence.
template <class T> std::string in_one_line(T const& config) { return nlohmann::ordered_json::parse(config_json(config)).dump(); }

} // namespace

UnrolledReconstruction::UnrolledReconstruction(Context const& context, Scan const& scan, MbdlConfig const& config, DensityConfig const& density)
    : parameters_(context, false) {
    require(!config.weights.empty(), "mbdl: /mbdl/weights names no file of trained weights");
    Safetensors const file(config.weights);
    auto const info = ModelInfo::of(file);
    check_fit(file, info, scan, density, config);
    model_ = info.model;
    if (config.unrolls) model_.unrolls = *config.unrolls;
    memory_ = info.memory;
    if (memory_.policy != MemoryPolicy::block) memory_.halo.reset(); // training saw whole volumes
    memory_.policy = MemoryPolicy::block;                            // which blocks with an exact halo equal
    if (config.patch) memory_.patch = *config.patch;
    if (config.halo) memory_.halo = config.halo;
    network_.emplace(model_, parameters_);
    load_weights(file, parameters_);
    auto const seen = network_->reach();
    index_t const halo = memory_.halo.value_or(seen.radius);
    log_info("mbdl: {} unrolls, {} parameters, patches of {} x {} x {} with a halo of {}{}", model_.unrolls, parameters_.count(), memory_.patch[0],
        memory_.patch[1], memory_.patch[2], halo, halo < seen.radius ? fmt::format(" (exact would be {})", seen.radius) : std::string(" (exact)"));
}

Tensor<complex> UnrolledReconstruction::operator()(LeastSquares problem, std::function<void(index_t, index_t)> const& progress) const {
    auto const report = std::make_shared<SolverReport>();
    report->progress = [&](index_t done) {
        if (progress) progress(done, model_.unrolls);
    };
    Tape tape(Tape::Mode::skip);
    Var x0(as_channels(problem.data.b));
    auto image = as_complex(network_->forward(tape, std::exchange(problem.data, {}), std::move(x0), memory_, report).value());
    if (report->solves > 0)
        log_info("mbdl: {} CG iterations, largest relative residual {:.1e}", report->forward_iterations, report->forward);
    axpby(problem.scale, image, 0, image);
    return image;
}

void check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& prepared, MbdlConfig const& config) {
    std::string const name = file.path().string();
    auto const differ = [](auto const& a, auto const& b) { return config_json(a) != config_json(b); };
    require(!differ(trained.scan.density, prepared),
        "{}: trained with other density compensation than /density has: {} against {}", name, in_one_line(trained.scan.density),
        in_one_line(prepared));
    index_t const dimensions = scan.matrix[0] == 1 ? 2 : 3;
    require(trained.sampling.dimensions == dimensions, "{}: trained on {}D scans, this one is {}D", name, trained.sampling.dimensions, dimensions);
    require(!config.unrolls || trained.model.shared_weights || *config.unrolls == trained.model.unrolls,
        "{}: weights for each of {} unrolls, /mbdl/unrolls is {}", name, trained.model.unrolls, config.unrolls.value_or(0));
    double const density = static_cast<double>(scan.trajectory.shape()[0]) / static_cast<double>(scan.matrix[0] * scan.matrix[1] * scan.matrix[2]);
    auto const [least, most] = trained.sampling.samples_per_voxel;
    if (density < 0.67 * least || density > 1.5 * most)
        log_warn("{}: trained on scans with {:.2g} to {:.2g} samples per voxel, this one has {:.2g}", name, least, most, density);
}

} // namespace tessera
