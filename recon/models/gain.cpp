#include "recon/models/gain.h"

#include "core/arrays/operator_algebra.h"
#include "core/arrays/power_iteration.h"
#include "core/arrays/random.h"
#include "core/device/stage.h"
#include "recon/unrolled/blockwise.h"

#include <cmath>

namespace tessera {
namespace {

constexpr std::uint64_t kPenalty = 5ull << 32; // stream of the random generator; see trainer.cpp
constexpr double kPart = 0.01;

// Random, of the shape of x and the norm `size`.
Tensor<complex> random_like(Tensor<complex> const& x, double size, std::uint64_t seed, std::uint64_t stream) {
    std::vector<complex> values(static_cast<std::size_t>(x.size()));
    Random random(seed, stream);
    for (complex& v : values) {
        auto const drawn = random.normal2();
        v = {static_cast<real>(drawn.re), static_cast<real>(drawn.im)};
    }
    auto const u = Tensor<complex>::from(x.context(), x.shape(), values);
    axpby(size / norm(u), u, 0, u);
    return u;
}

// Two inputs of the regulariser and how far apart what it makes of them is.
struct Change {
    Tensor<complex> x, moved, difference;
    double squared; // ||moved - x||^2
};

Change change_at(ModelStep const& step, Tensor<complex> const& x, std::uint64_t seed, std::uint64_t draw) {
    double const size = kPart * norm(x);
    auto const moved = random_like(x, size, seed, kPenalty + draw);
    axpby(1, x, 1, moved);
    Tensor<complex> const here(x.context(), x.shape()), difference(x.context(), x.shape());
    Blockwise const network{step.network(), step.scan().partition};
    network.forward(x, here);
    network.forward(moved, difference);
    axpby(-1, here, 1, difference);
    return {x, moved, difference, size * size};
}

} // namespace

double lipschitz_constant(ModelStep const& step, Tensor<complex> const& x, index_t iterations) {
    Stage const stage(x.context(), "Lipschitz constant");
    auto const at = [&] { return x; };
    HermitianFunction const normal(x.context(), x.shape(),
        [&](Tensor<complex> const& v, Tensor<complex> const& out) { out.copy_from(step.backward(step.along(x, v), at, at, true)); });
    return std::sqrt(std::max(0.0, largest_eigenvalue(normal, {.iterations = iterations}).eigenvalue));
}

Var gain_penalty(Tape& tape, ModelStep const& step, ModelStep::Fetch x, bool trained) {
    auto const change = [=, seed = step.scan().report->seed, draw = step.scan().report->draw] {
        auto const at = x();
        Stage const stage(at.context(), "penalty");
        return change_at(step, at, seed, draw);
    };
    auto const gain = [&] {
        auto const found = change();
        double const size = norm(found.difference);
        return Tensor<real>::from(found.x.context(), {1}, std::vector<real>{static_cast<real>(size * size / found.squared)});
    }();
    return tape.record(gain, trained, [=](Tensor<real> const& gradient) {
        auto const found = change();
        Stage const stage(found.x.context(), "penalty back");
        double const factor = 2 * static_cast<double>(gradient.to_host()[0]) / found.squared;
        Blockwise const network{step.network(), step.scan().partition};
        axpby(factor, found.difference, 0, found.difference);
        network.backward(found.moved, found.difference, {}, {});
        axpby(-1, found.difference, 0, found.difference);
        network.backward(found.x, found.difference, {}, {});
    });
}

} // namespace tessera
