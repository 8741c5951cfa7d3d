#include "recon/training/gradient_check.h"

#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"
#include "core/terminal/log.h"
#include "nn/complex_channels.h"
#include "recon/acquisition/resample.h"
#include "recon/models/models.h"
#include "recon/sense/normalisation.h"
#include "recon/training/training_set.h"

#include <cmath>
#include <unistd.h>

namespace tessera {
namespace {

struct Gradients {
    std::vector<std::vector<real>> parameters;
    std::vector<real> input;
    std::size_t peak = 0;
};

Tensor<real> random_map(Context const& context, Shape const& shape, double size, std::uint64_t stream) {
    std::vector<real> values(static_cast<std::size_t>(shape.size()));
    Random random(7, stream);
    for (real& value : values) value = static_cast<real>(random.uniform(-size, size));
    return Tensor<real>::from(context, shape, values);
}

bool of_network(Parameter const& p) { return p.name.starts_with("regulariser"); }

// The network's weights, random everywhere.
void randomise(ParameterList const& parameters) {
    std::uint64_t stream = 1;
    for (auto const& p : parameters.all())
        if (of_network(p)) {
            auto const fan_in = static_cast<double>(p.value.size() / std::max<index_t>(1, p.value.shape()[0]));
            p.value.copy_from(random_map(p.value.context(), p.value.shape(), std::sqrt(1 / fan_in), stream++));
        }
}

Gradients gradients(ReconstructionNetwork const& network, ParameterList const& parameters, DataTerm const& data,
    MemoryConfig const& memory) {
    auto const& context = data.b.context();
    parameters.zero_gradients();
    context.allocator().reset_peak();
    std::size_t const before = context.allocator().use().live;
    Gradients g;
    {
        Tape tape;
        auto const x0 = tape.variable(as_channels(data.b));
        auto const y = network.forward(tape, data, x0, memory, std::make_shared<SolverReport>());
        tape.backward(y, random_map(context, y.shape(), 1, 1000));
        g.input = x0.slot().take().to_host();
    }
    g.peak = context.allocator().use().peak - before;
    for (auto const& p : parameters.all()) g.parameters.push_back(p.gradient.to_host());
    return g;
}

struct Difference {
    double squared = 0, scale = 0;
    void add(std::vector<real> const& a, std::vector<real> const& b) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            squared += std::pow(double(a[i]) - double(b[i]), 2);
            scale += std::pow(double(b[i]), 2);
        }
    }
    double relative() const { return std::sqrt(squared / (scale > 0 ? scale : 1)); }
};

// The scan on a coarser matrix of the same field of view: its low frequencies.
DataTerm cropped(Context const& context, Scan const& scan, Matrix const& matrix, NufftConfig const& nufft) {
    Context const host;
    auto const trajectory = scan.trajectory.to_host();
    std::vector<index_t> inside;
    for (index_t i = 0; i < scan.trajectory.shape()[0]; ++i) {
        bool fits = true;
        for (int d = 0; d < 3; ++d)
            fits = fits &&
                2 * std::abs(trajectory[static_cast<std::size_t>(3 * i + d)]) <= static_cast<real>(matrix[static_cast<std::size_t>(2 - d)]);
        if (fits) inside.push_back(i);
    }
    require(!inside.empty(), "check of gradients: no k-space sample lies within {} x {} x {} voxels", matrix[0], matrix[1], matrix[2]);
    auto const samples = gather({scan.kspace, scan.trajectory, scan.weights}, inside);
    index_t const coils = scan.kspace.shape()[0];
    Tensor<complex> maps(host, {coils, matrix[0], matrix[1], matrix[2]});
    for (index_t c = 0; c < coils; ++c)
        maps[c].copy_from(scan.matrix == matrix ? scan.maps.values(c, c + 1)[0]
                                                : interpolated(scan.maps.values(c, c + 1)[0], {1, 1, 1}, matrix, {1, 1, 1}));
    auto const model = sense_model(maps.to(context),
        {samples.kspace.to(context), samples.trajectory.to(context), samples.weights.to(context)}, nufft, NormalOperator::toeplitz);
    DataTerm data{model, Tensor<complex>(context, model->domain())};
    model->weighted_adjoint(samples.kspace.to(context), data.b);
    axpby(1 / intensity_scale(data.b), data.b, 0, data.b);
    return data;
}

// What a full-volume run may take where no limit is configured: most of the memory that the machine has free.
std::size_t free_memory() {
    auto const bytes = static_cast<double>(::sysconf(_SC_AVPHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    return static_cast<std::size_t>(0.8 * bytes);
}

} // namespace

GradientComparison compare_gradients(Context const& context, TrainingConfig const& config) {
    auto files = expand_paths(config.data.train);
    require(!files.empty(), "check of gradients: /data/train names no scans");
    files.resize(1);
    TrainingSet const set(context, files, config.data, config.seed);
    Scan const& scan = set.scan(0);

    ParameterList parameters(context, true, config.seed);
    auto const network = make_model(config.model, parameters);
    randomise(parameters);
    if (context.device() != Device::cuda && context.allocator().use().limit == 0) context.allocator().set_limit(free_memory());

    GradientComparison result;
    result.original = result.matrix = scan.matrix;
    MemoryConfig full = config.memory, block = config.memory;
    full.policy = MemoryPolicy::full;
    block.policy = MemoryPolicy::block;
    while (true) {
        try {
            auto const data = cropped(context, scan, result.matrix, config.data.scan.nufft);
            for (int d = 0; d < 3; ++d) block.patch[d] = std::min(config.memory.patch[d], (result.matrix[d] + 1) / 2);
            auto const whole = gradients(*network, parameters, data, full);
            auto const blocks = gradients(*network, parameters, data, block);
            Difference weights, consistency, input;
            for (std::size_t i = 0; i < whole.parameters.size(); ++i)
                (of_network(parameters.all()[i]) ? weights : consistency).add(blocks.parameters[i], whole.parameters[i]);
            input.add(blocks.input, whole.input);
            result.patch = block.patch;
            result.weights = weights.relative();
            result.consistency = consistency.relative();
            result.input = input.relative();
            result.full_peak = whole.peak;
            result.block_peak = blocks.peak;
            return result;
        } catch (OutOfMemory const&) {
            auto const [z, y, x] = result.matrix;
            for (auto& n : result.matrix) n = std::min(n, std::max<index_t>(8, n * 4 / 5));
            log_info("check of gradients: the full volume of {} x {} x {} does not fit; trying {} x {} x {}", z, y, x, result.matrix[0],
                result.matrix[1], result.matrix[2]);
            if (result.matrix == Matrix{z, y, x}) throw;
        }
    }
}

} // namespace tessera
