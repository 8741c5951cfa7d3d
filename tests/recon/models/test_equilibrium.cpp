#include "core/arrays/vector_ops.h"
#include "recon/models/equilibrium_network.h"
#include "recon/models/models.h"
#include "recon/unrolled/unrolled_network.h"
#include "tests/support/one_thread.h"
#include "tests/support/small_model.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Steps that contract, iterated to the end.
ModelConfig equilibrium(NetworkKind kind, std::string const& consistency) {
    auto config = small_model(kind, consistency, true);
    config.kind = ModelKind::equilibrium;
    config.data_consistency.lambda = 0.05;
    config.equilibrium.tolerance = config.equilibrium.backward_tolerance = tolerance(1e-5, 1e-12);
    config.equilibrium.iterations = config.equilibrium.backward_iterations = 200;
    config.equilibrium.acceleration = 8;
    return config;
}

// Small weights everywhere: the regulariser's Lipschitz constant is little above 1, which data consistency outweighs.
void randomise_gently(ParameterList const& parameters) {
    randomise(parameters);
    for (auto const& p : parameters.all())
        if (p.name.find("tail") != std::string::npos)
            for (real& v : p.value.host()) v *= static_cast<real>(0.2);
}

struct Model {
    Model(Context const& ctx, ModelConfig const& config) : parameters(ctx, true, 1), network(make_model(config, parameters)) {
        randomise_gently(parameters);
    }
    ParameterList parameters;
    std::unique_ptr<ReconstructionNetwork> network;
};

void compare(Model const& model, Gradients const& g, Gradients const& expected, double bound) {
    CHECK(difference(g.output, expected.output) <= bound);
    for (std::size_t i = 0; i < g.parameters.size(); ++i) {
        INFO(model.parameters.all()[i].name);
        CHECK(difference(g.parameters[i], expected.parameters[i]) <= bound);
    }
}

} // namespace

TEST_CASE("block-wise equilibria and their gradients are those of the whole volume", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto const kind = GENERATE(NetworkKind::resnet3d, NetworkKind::complex_resnet3d, NetworkKind::unet3d);
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    auto const matrix = GENERATE(Matrix{7, 9, 11}, Matrix{1, 14, 9});
    auto data = small_problem(ctx, matrix);
    auto config = equilibrium(kind, consistency);
    config.informed = config.final_regulariser = matrix[0] == 1;
    // So many iterations of each kind, converged or not: what blocks change would show.
    config.equilibrium.tolerance = config.equilibrium.backward_tolerance = 0;
    config.equilibrium.iterations = config.equilibrium.backward_iterations = 5;
    config.data_consistency.tolerance = config.data_consistency.backward_tolerance = 0;
    config.data_consistency.iterations = config.data_consistency.backward_iterations = 8;
    Model const model(ctx, config);

    MemoryConfig memory;
    memory.policy = MemoryPolicy::unroll;
    auto const whole = gradients(*model.network, model.parameters, data, memory);
    memory.policy = MemoryPolicy::block;
    for (auto const& [patch, place] : {std::pair(Matrix{4, 4, 4}, CheckpointPlace::device), {{3, 7, 5}, CheckpointPlace::host}}) {
        memory.patch = patch;
        memory.checkpoints = place;
        INFO("patch " << patch[0] << " x " << patch[1] << " x " << patch[2]);
        compare(model, gradients(*model.network, model.parameters, data, memory), whole, tolerance(5e-3, 1e-10));
    }
}

TEST_CASE("the gradient of an equilibrium is that of a long unrolled network of the same weights", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto const acceleration = GENERATE(index_t{0}, index_t{8});
    auto const data = small_problem(ctx, {5, 3, 7});
    auto config = equilibrium(NetworkKind::resnet3d, "cg");
    config.equilibrium.acceleration = acceleration;
    Model const model(ctx, config);
    MemoryConfig memory;
    memory.patch = {3, 4, 4};
    auto const found = gradients(*model.network, model.parameters, data, memory);
    CHECK(found.input.empty()); // the fixed point does not depend on where the iteration starts

    config.kind = ModelKind::unrolled;
    config.unrolls = static_cast<index_t>(tolerance(40, 80));
    Model const unrolled(ctx, config);
    memory.policy = MemoryPolicy::full;
    compare(model, found, gradients(*unrolled.network, unrolled.parameters, data, memory), tolerance(2e-2, 1e-6));
}

TEST_CASE("gradients of equilibria agree with differences", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    bool const informed = GENERATE(true, false);
    auto data = small_problem(ctx, {3, 4, 5});
    data.conditions = {.noise = 0.3, .inconsistency = 0.2};
    auto config = equilibrium(NetworkKind::resnet3d, "cg");
    config.informed = config.final_regulariser = informed;
    config.network.resnet3d.convolutions = 1; // no activation between them: differences must not cross kinks
    config.equilibrium.tolerance = config.equilibrium.backward_tolerance = tolerance(1e-5, 1e-13);
    Model const model(ctx, config);
    MemoryConfig memory;
    memory.patch = {3, 3, 3};
    auto const report = std::make_shared<SolverReport>();
    check_gradients(
        {}, model.parameters,
        [&](Tape& tape, std::vector<Var> const&) { return model.network->forward(tape, data, Var(as_channels(data.b)), memory, report); },
        tolerance(4e-2, 1e-6));
    CHECK(report->fixed_point.residual <= config.equilibrium.tolerance);
    CHECK(report->fixed_point.backward_residual <= config.equilibrium.backward_tolerance);
    CHECK(report->fixed_point.backward_iterations > 1);
    CHECK(report->fixed_point.gain < 1);
}

TEST_CASE("the one-step gradient is another one, in the same direction", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto const data = small_problem(ctx, {4, 3, 5});
    auto config = equilibrium(NetworkKind::resnet3d, "cg");
    Model const exact(ctx, config);
    config.equilibrium.gradient = EquilibriumGradient::one_step;
    Model const cheap(ctx, config);
    auto const whole = gradients(*exact.network, exact.parameters, data, {}), step = gradients(*cheap.network, cheap.parameters, data, {});
    CHECK(step.output == whole.output);
    double both = 0, a = 0, b = 0;
    for (std::size_t i = 0; i < step.parameters.size(); ++i)
        for (std::size_t j = 0; j < step.parameters[i].size(); ++j) {
            double const x = static_cast<double>(whole.parameters[i][j]), y = static_cast<double>(step.parameters[i][j]);
            both += x * y;
            a += x * x;
            b += y * y;
        }
    double const cosine = both / std::sqrt(a * b);
    CHECK(cosine > 0.5);
    CHECK(cosine < 0.9999);
}

TEST_CASE("an equilibrium is the same from any start, and says where it ended when it has not converged", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto const data = small_problem(ctx, {3, 4, 5});
    auto config = equilibrium(NetworkKind::resnet3d, "cg");
    Model const model(ctx, config);
    auto const run = [&](ReconstructionNetwork const& network, Tensor<complex> const& start, SolverReport& report) {
        auto const told = std::make_shared<SolverReport>();
        Tape tape(Tape::Mode::skip);
        auto const x = as_complex(network.forward(tape, data, Var(as_channels(start)), {}, told).value()).to_host();
        report = *told;
        return x;
    };
    SolverReport report;
    auto const x = run(*model.network, data.b, report);
    auto const elsewhere = Tensor<complex>::from(ctx, data.b.shape(), random_complex(static_cast<std::size_t>(data.b.size()), 8));
    CHECK(relative_error(run(*model.network, elsewhere, report), x) < tolerance(1e-3, 1e-11));
    CHECK(report.fixed_point.iterations == std::ssize(report.fixed_point.residuals));
    CHECK(report.fixed_point.residual == report.fixed_point.residuals.back());

    config.equilibrium.iterations = 3;
    Model const short_of_it(ctx, config);
    run(*short_of_it.network, data.b, report);
    CHECK(report.fixed_point.iterations == 3);
    CHECK(report.fixed_point.residual > config.equilibrium.tolerance);
}

TEST_CASE("an equilibrium with weights for each unroll is refused", "[equilibrium]") {
    auto config = small_model(NetworkKind::resnet3d, "cg", false);
    config.kind = ModelKind::equilibrium;
    ParameterList parameters(Context(), true);
    CHECK_THROWS_WITH(make_model(config, parameters), Catch::Matchers::Contains("/model/shared_weights must be true"));
}
