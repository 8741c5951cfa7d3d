#include "recon/compressed_sensing/proximal_gradient.h"

#include "core/arrays/operator_algebra.h"
#include "core/arrays/power_iteration.h"
#include "core/arrays/vector_ops.h"
#include "core/device/rehearsed_loop.h"
#include "kernels/compressed_sensing/gradient_step.h"

#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kSafety = 1.01;                                          // the power method comes from below
constexpr double kShorten = 1.5;                                          // for a step that turned out too long
constexpr double kRounding = 16.0 * std::numeric_limits<real>::epsilon(); // part of the energy of the data by which costs may be off

// An image with its product with the normal operator.
struct Point {
    Tensor<complex> x, normal;

    explicit Point(Tensor<complex> const& like) : x(like.context(), like.shape()), normal(like.context(), like.shape()) {}
};

// ||to - from|| / ||to||
double relative_change(Tensor<complex> const& from, Tensor<complex> const& to) {
    double const size = dot(to, to).re, before = dot(from, from).re;
    double const squared = std::max(0.0, size + before - 2 * dot(from, to).re);
    return squared == 0 ? 0 : std::sqrt(squared / size);
}

} // namespace

ProximalGradientResult proximal_gradient(LeastSquares const& problem, Regulariser& regulariser, ProximalGradientOptions const& options) {
    auto const& b = problem.data.b;
    NormalOf const normal(problem.data.model);
    ProximalGradientResult result;
    result.lipschitz = options.lipschitz ? *options.lipschitz : largest_eigenvalue(normal).eigenvalue;
    require(std::isfinite(result.lipschitz) && result.lipschitz >= 0, "proximal gradient: the largest eigenvalue is {}", result.lipschitz);

    Point now(b), next(b); // `next` holds the iterate before until it is replaced
    if (options.start) {
        now.x.copy_from(*options.start);
        normal.forward(now.x, now.normal);
    } else {
        now.x.zero();
        now.normal.zero();
    }
    double cost = value(problem, now.x, now.normal) + options.lambda * regulariser.value(now.x);
    result.costs.push_back(cost);
    if (options.progress) options.progress(0, cost, 0);
    result.image = now.x;
    if (result.lipschitz == 0) return result; // no sample sees anything

    double const longest = 1 / (kSafety * result.lipschitz);
    double step = longest, t = 1, momentum = 0, noisy = 0;
    RehearsedLoop const loop(b.context(), options.iterations);
    while (result.iterations < loop.turns()) {
        ++result.iterations;
        enqueue(b.stream(),
            GradientStep{now.x.flat(), now.normal.flat(), next.x.flat(), next.normal.flat(), b.flat(), static_cast<real>(momentum),
                static_cast<real>(step)});
        double const penalty = regulariser.proximal(next.x, options.lambda * step, result.iterations);
        normal.forward(next.x, next.normal);
        double const next_cost = value(problem, next.x, next.normal) + options.lambda * penalty;
        require(std::isfinite(next_cost), "proximal gradient: the cost is {} after {} iterations", next_cost, result.iterations);
        bool const rises = next_cost > cost, undo = rises && regulariser.steady();
        bool const ends = undo && momentum == 0 && next_cost - cost <= kRounding * (std::abs(cost) + problem.energy);
        if (rises && momentum == 0) step = undo ? step / kShorten : longest / (1 + ++noisy);
        if (rises) {
            result.restarts += momentum != 0;
            t = 1;
            momentum = 0;
        } else {
            double const t_next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
            momentum = (t - 1) / t_next;
            t = t_next;
        }
        if (!undo) {
            result.change = relative_change(now.x, next.x);
            std::swap(now, next);
            cost = next_cost;
        }
        result.costs.push_back(cost);
        if (options.progress) options.progress(result.iterations, cost, result.change);
        if (ends || (!undo && result.change <= options.tolerance)) break;
    }
    result.image = now.x;
    return result;
}

} // namespace tessera
