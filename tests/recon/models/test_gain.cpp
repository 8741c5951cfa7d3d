#include "core/arrays/vector_ops.h"
#include "recon/models/gain.h"
#include "recon/unrolled/model_step.h"
#include "tests/support/dense_operator.h"
#include "tests/support/one_thread.h"
#include "tests/support/small_model.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// One step of a small model in patches, with its weights.
struct Step {
    Step(Context const& ctx, ModelConfig const& config, Matrix const& matrix)
        : parameters(ctx, true, 1), weights(config, parameters), data(small_problem(ctx, matrix)) {
        randomise(parameters);
        MemoryConfig memory;
        memory.patch = {3, 3, 3};
        scan = std::make_shared<ScanInBlocks>(data, memory, weights.reach(), std::make_shared<SolverReport>());
        step.emplace(scan, weights.regulariser(0, 0.5, {}), weights.consistency(), weights.number(0, 0.5, {}), 1);
    }
    ParameterList parameters;
    StepWeights weights;
    DataTerm data;
    std::shared_ptr<ScanInBlocks> scan;
    std::optional<ModelStep> step;
};

Tensor<complex> random_volume(Context const& ctx, Shape const& shape, unsigned seed) {
    return Tensor<complex>::from(ctx, shape, random_complex(static_cast<std::size_t>(shape.size()), seed));
}

} // namespace

TEST_CASE("a step's Jacobian and its pullback are adjoint, and the largest singular value is that of the dense matrix", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto const consistency = GENERATE(as<std::string>(), "cg", "gradient");
    auto config = small_model(NetworkKind::resnet3d, consistency, true);
    Step const s(ctx, config, {2, 3, 4});
    auto const x = random_volume(ctx, {2, 3, 4}, 11), v = random_volume(ctx, x.shape(), 12), w = random_volume(ctx, x.shape(), 13);
    auto const at = [&] { return x; };
    double const forth = dot(w, s.step->along(x, v)).re, back = dot(s.step->backward(w.clone(), at, at, true), v).re;
    CHECK(forth == Approx(back).epsilon(tolerance(2e-3, 1e-6)));

    auto const n = static_cast<int>(2 * x.size());
    DenseMatrix jacobian(n, n);
    for (int j = 0; j < n; ++j) {
        auto unit = std::vector<real>(static_cast<std::size_t>(n));
        unit[static_cast<std::size_t>(j)] = 1;
        auto const column =
            s.step->along(x, Tensor<real>::from(ctx, {n}, unit).reinterpret<complex>(x.shape())).reinterpret<real>({n}).to_host();
        for (int i = 0; i < n; ++i) jacobian(i, j) = static_cast<double>(column[static_cast<std::size_t>(i)]);
    }
    double const largest = largest_singular_value(jacobian);
    double const found = lipschitz_constant(*s.step, x, 200);
    CHECK(found == Approx(largest).epsilon(0.02));
    CHECK(lipschitz_constant(*s.step, x, 3) <= found * 1.001);
}

TEST_CASE("the penalty of the gain is what it says, and so is its gradient", "[equilibrium]") {
    OneThread const one;
    Context const ctx;
    auto config = small_model(NetworkKind::resnet3d, "cg", true);
    config.network.resnet3d.convolutions = 1; // no activation: no kinks
    Step const s(ctx, config, {5, 4, 7});
    s.scan->report->seed = 3;
    s.scan->report->draw = 5;
    auto const x = random_volume(ctx, {5, 4, 7}, 21);
    auto const penalty = [&](Tape& on) {
        return gain_penalty(
            on, *s.step, [&] { return x; }, true);
    };
    Tape skip(Tape::Mode::skip);
    double const first = static_cast<double>(penalty(skip).value().to_host()[0]);
    CHECK(first > 0);
    s.scan->report->draw = 6;
    CHECK(static_cast<double>(penalty(skip).value().to_host()[0]) != first); // another random vector

    s.parameters.zero_gradients();
    Tape tape;
    tape.backward(penalty(tape));
    double const h = tolerance(1e-2, 1e-5);
    for (auto const& p : s.parameters.all()) {
        if (!p.name.ends_with("weight")) continue; // without activations, biases take no part in differences
        INFO(p.name);
        auto const d = random_tensor(ctx, p.value.shape(), 71), before = p.value.clone();
        auto const at = [&](double by) {
            p.value.copy_from(moved(before, by, d));
            return static_cast<double>(penalty(skip).value().to_host()[0]);
        };
        double const numeric = (at(h) - at(-h)) / (2 * h);
        p.value.copy_from(before);
        CHECK(std::abs(numeric) > 1e-3);
        CHECK(inner(p.gradient, d) == Approx(numeric).epsilon(tolerance(2e-2, 1e-6)));
    }

    for (auto const& p : s.parameters.all())
        if (p.name.find("tail") != std::string::npos) p.value.zero();
    CHECK(penalty(skip).value().to_host()[0] == Approx(1).epsilon(1e-3)); // the identity
}
