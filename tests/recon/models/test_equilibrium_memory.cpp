// The memory of an equilibrium: that of one iteration.
#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"
#include "nn/loss.h"
#include "recon/models/models.h"
#include "tests/support/one_thread.h"
#include "tests/support/scaled_operator.h"
#include "tests/support/small_model.h"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Peak {
    std::size_t device, host;
    index_t iterations, backward_iterations;
};

// Of one step of training with patches, beyond what lives before it.
Peak training_peak(ModelConfig const& config, CheckpointPlace place) {
    Context const ctx;
    Shape const shape{7, 9, 11};
    ParameterList parameters(ctx, true, 1);
    auto const model = make_model(config, parameters);
    randomise(parameters);
    DataTerm data{std::make_shared<Scaled>(ctx, shape),
        Tensor<complex>::from(ctx, shape, random_complex(static_cast<std::size_t>(shape.size()), 1))};
    auto const target = data.b.clone();
    MemoryConfig memory;
    memory.patch = {4, 5, 6};
    memory.checkpoints = place;
    auto const report = std::make_shared<SolverReport>();
    auto const before = ctx.allocator().use().live;
    ctx.allocator().reset_peak();
    ctx.host().allocator().reset_peak();
    {
        Tape tape;
        auto const loss = l2_loss(tape, model->forward(tape, data, Var(as_channels(data.b)), memory, report), target);
        tape.backward(loss);
    }
    CHECK(ctx.allocator().use().live == before);
    return {ctx.allocator().use().peak - before, ctx.host().allocator().use().peak, report->fixed_point.iterations,
        report->fixed_point.backward_iterations};
}

ModelConfig model(std::string const& consistency, index_t iterations) {
    auto config = small_model(NetworkKind::resnet3d, consistency, true);
    config.kind = ModelKind::equilibrium;
    config.network.resnet3d.filter = 1;
    config.network.resnet3d.channels = 2;
    config.data_consistency.lambda = 2;
    config.data_consistency.iterations = config.data_consistency.backward_iterations = 2;
    config.equilibrium.iterations = config.equilibrium.backward_iterations = iterations;
    config.equilibrium.tolerance = config.equilibrium.backward_tolerance = -1; // never reached
    return config;
}

} // namespace

TEST_CASE("an equilibrium of 100 iterations takes the memory of one of 10, to the byte", "[equilibrium][memory]") {
    OneThread const one;
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    auto const place = GENERATE(CheckpointPlace::device, CheckpointPlace::host);
    auto const few = training_peak(model(consistency, 10), place), many = training_peak(model(consistency, 100), place);
    CHECK(few.iterations == 10);
    CHECK(few.backward_iterations == 10);
    CHECK(many.iterations == 100);
    CHECK(many.backward_iterations == 100);
    CHECK(many.device == few.device);
    CHECK(many.host == few.host);
}

TEST_CASE("with its volumes on the host, an equilibrium takes no more of the device than unrolls", "[equilibrium][memory]") {
    OneThread const one;
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    auto config = model(consistency, 10);
    auto const found = training_peak(config, CheckpointPlace::host);
    config.kind = ModelKind::unrolled;
    CHECK(found.device <= training_peak(config, CheckpointPlace::host).device); // no gradient of the start is wanted
}
