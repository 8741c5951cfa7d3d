#include "recon/mbdl.h"

#include "core/log.h"
#include "core/vector_ops.h"
#include "nn/complex_channels.h"
#include "recon/least_squares.h"
#include "recon/model_file.h"

namespace tessera {

Tensor<complex> reconstruct_mbdl(Context const& context, Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, index_t)> const& progress) {
    require(!config.mbdl.weights.empty(), "mbdl: /mbdl/weights names no file of trained weights");
    Safetensors const file(config.mbdl.weights);
    auto info = ModelInfo::of(file);
    check_fit(file, info, scan, config);
    if (config.mbdl.unrolls) info.model.unrolls = *config.mbdl.unrolls;
    if (info.memory.policy != MemoryPolicy::block) info.memory.halo.reset(); // training saw whole volumes
    info.memory.policy = MemoryPolicy::block;                                // which blocks with an exact halo equal
    if (config.mbdl.patch) info.memory.patch = *config.mbdl.patch;
    if (config.mbdl.halo) info.memory.halo = config.mbdl.halo;
    ParameterList parameters(context, false);
    UnrolledNetwork const network(info.model, parameters);
    load_weights(file, parameters);
    auto const seen = network.reach();
    index_t const halo = info.memory.halo.value_or(seen.radius);
    log_info("mbdl: {} unrolls, {} parameters, patches of {} x {} x {} with a halo of {}{}", info.model.unrolls, parameters.count(),
        info.memory.patch[0], info.memory.patch[1], info.memory.patch[2], halo,
        halo < seen.radius ? fmt::format(" (exact would be {})", seen.radius) : std::string(" (exact)"));

    auto const problem = least_squares(scan, config.nufft, NormalOperator::toeplitz);
    auto const report = std::make_shared<SolverReport>();
    report->progress = [&](index_t done) {
        if (progress) progress(done, info.model.unrolls);
    };
    Tape tape(Tape::Mode::skip);
    auto image = as_complex(network.forward(tape, problem.data, Var(as_channels(problem.data.b)), info.memory, report).value());
    if (info.model.data_consistency.kind == DataConsistency::cg)
        log_info("mbdl: {} CG iterations, largest relative residual {:.1e}", report->forward_iterations, report->forward);
    axpby(problem.scale, image, 0, image);
    return image;
}

} // namespace tessera
