#include "core/arrays/vector_ops.h"
#include "recon/unrolled/blockwise.h"
#include "recon/unrolled/informed_network.h"
#include "recon/unrolled/unrolled_network.h"
#include "tests/support/one_thread.h"
#include "tests/support/small_model.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("block-wise gradients are those of the whole volume", "[unrolled]") {
    OneThread const one;
    Context const ctx; // the kernels below it run on every device in their own tests
    auto const kind = GENERATE(NetworkKind::resnet3d, NetworkKind::complex_resnet3d, NetworkKind::unet3d);
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    bool const shared = GENERATE(true, false);
    auto const matrix = GENERATE(Matrix{9, 11, 13}, Matrix{1, 14, 9});
    auto const data = small_problem(ctx, matrix);
    ParameterList parameters(ctx, true, 1);
    auto config = small_model(kind, consistency, shared);
    config.informed = config.final_regulariser = matrix[0] == 1;
    UnrolledNetwork const network(config, parameters);
    randomise(parameters);

    MemoryConfig memory;
    memory.policy = MemoryPolicy::full;
    auto const whole = gradients(network, parameters, data, memory);
    double const bound = tolerance(2e-3, 1e-10);
    auto const compare = [&](Gradients const& g) {
        CHECK(difference(g.output, whole.output) <= bound);
        CHECK(difference(g.input, whole.input) <= bound);
        for (std::size_t i = 0; i < g.parameters.size(); ++i) {
            INFO(parameters.all()[i].name);
            CHECK(difference(g.parameters[i], whole.parameters[i]) <= bound);
        }
    };
    memory.policy = MemoryPolicy::unroll;
    compare(gradients(network, parameters, data, memory));
    memory.policy = MemoryPolicy::block;
    for (auto const& patch : {Matrix{4, 4, 4}, Matrix{3, 7, 5}, Matrix{64, 64, 64}, Matrix{1, 11, 2}})
        for (auto const place : {CheckpointPlace::device, CheckpointPlace::host}) {
            memory.patch = patch;
            memory.checkpoints = place;
            INFO("patch " << patch[0] << " x " << patch[1] << " x " << patch[2]);
            compare(gradients(network, parameters, data, memory));
        }

    memory.patch = {4, 4, 4};
    memory.halo = 0; // a wrong halo shows
    CHECK(difference(gradients(network, parameters, data, memory).output, whole.output) > 1e-4);
}

TEST_CASE("gradients through converged data consistency agree with differences", "[unrolled]") {
    OneThread const one;
    Context const ctx;
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    bool const shared = GENERATE(true, false), informed = GENERATE(true, false);
    auto data = small_problem(ctx, {4, 5, 6});
    data.conditions = {.noise = 0.3, .inconsistency = 0.2};
    ParameterList parameters(ctx, true, 1);
    auto config = small_model(NetworkKind::resnet3d, consistency, shared, 2);
    config.informed = config.final_regulariser = informed;
    config.network.resnet3d.convolutions = 1; // no activation between them: differences must not cross kinks
    UnrolledNetwork const network(config, parameters);
    randomise(parameters);
    MemoryConfig memory;
    memory.patch = {3, 3, 3};
    auto const report = std::make_shared<SolverReport>();
    check_gradients({as_channels(data.b)}, parameters,
        [&](Tape& tape, std::vector<Var> const& v) { return network.forward(tape, data, v[0], memory, report); });
    CHECK(report->forward <= config.data_consistency.tolerance);
    CHECK(report->backward <= config.data_consistency.backward_tolerance);
    CHECK((report->backward_iterations > 0) == (consistency == "cg"));
}

TEST_CASE("an untrained network with a huge lambda returns its input, one with a tiny lambda the least-squares image", "[unrolled]") {
    OneThread const one;
    Context const ctx;
    auto data = small_problem(ctx, {4, 5, 6});
    auto const truth = data.b.clone();
    data.model->normal(truth, data.b); // noiseless data of `truth`
    auto config = small_model(NetworkKind::resnet3d, "cg", true, 2);
    auto const lambda = GENERATE(1e-6, 1e6);
    config.data_consistency.lambda = lambda;
    config.data_consistency.iterations = 500;
    ParameterList parameters(ctx, false, 1);
    UnrolledNetwork const network(config, parameters);
    CHECK(network.weights_of_data().at(0) == Approx(lambda).epsilon(1e-5));
    Tape tape(Tape::Mode::skip);
    auto const x0 = Tensor<complex>::from(ctx, truth.shape(), random_complex(static_cast<std::size_t>(truth.size()), 8));
    auto const y = as_complex(network.forward(tape, data, Var(as_channels(x0)), {}, std::make_shared<SolverReport>()).value());
    CHECK(relative_error(y.to_host(), lambda < 1 ? truth.to_host() : x0.to_host()) < 1e-2);
}

TEST_CASE("an informed network works on errors of size 1, and lambda follows what it is told", "[unrolled]") {
    OneThread const one;
    Context const ctx;
    auto data = small_problem(ctx, {4, 5, 6});
    auto config = small_model(NetworkKind::resnet3d, "cg", true, 1);
    config.informed = true;
    config.final_regulariser = GENERATE(true, false);
    ParameterList parameters(ctx, false, 1);
    UnrolledNetwork const network(config, parameters);
    randomise(parameters);
    Tape tape(Tape::Mode::skip);
    auto const run = [&](double noise, double intensity) {
        auto scaled = data;
        scaled.b = data.b.clone();
        axpby(intensity, data.b, 0, scaled.b);
        scaled.conditions.noise = noise;
        return as_complex(network.forward(tape, scaled, Var(as_channels(scaled.b)), {}, std::make_shared<SolverReport>()).value());
    };
    CHECK(relative_error(run(0.5, 1).to_host(), run(0.05, 1).to_host()) > 1e-3); // the conditions count

    // A regulariser alone: errors and image ten times as large give ten times the output, for the same numbers told.
    auto const x = random_tensor(ctx, {4, 5, 6, 2}, 7);
    auto const regulariser = make_network(config.network, parameters, "another.", kNumbersTold);
    randomise(parameters);
    ScanConditions const weak{.noise = 0.5, .inconsistency = 0.2};
    auto const s = static_cast<real>(expected_error(weak));
    auto larger = x.clone();
    for (real& v : larger.host()) v *= s;
    auto const told = numbers_told(weak, 0.5);
    auto const found = InformedNetwork(*regulariser, weak, 0.5, true).forward(tape, Var(larger), {}).value().to_host();
    auto const plain = regulariser->forward(tape, Var(x), told).value().to_host();
    for (std::size_t i = 0; i < plain.size(); ++i) REQUIRE(found[i] == Approx(s * plain[i]).epsilon(1e-4).margin(1e-5));
    CHECK_THROWS_WITH(regulariser->forward(tape, Var(x)), Catch::Matchers::Contains("told 0 numbers, made for 3"));
}
