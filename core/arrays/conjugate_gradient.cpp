#include "core/arrays/conjugate_gradient.h"

#include "core/arrays/vector_ops.h"
#include "core/device/rehearsed_loop.h"

#include <algorithm>
#include <cmath>

namespace tessera {

namespace {

// Where nothing is computed, for the time of a rehearsal: what an operator of condition number 11 needs at most (the identity and
// lambda = 0.1, as data consistency has it).
index_t expected_iterations(CgOptions const& options) {
    if (options.tolerance <= 0) return options.iterations;
    return std::min(options.iterations, static_cast<index_t>(std::ceil(0.5 * std::sqrt(11.0) * std::log(2 / options.tolerance))));
}

} // namespace

CgResult conjugate_gradient(LinearOperator const& m, Tensor<complex> const& b, Tensor<complex> const& x, CgOptions const& options) {
    double const scale = norm(b);
    if (scale == 0) {
        x.zero();
        return {};
    }
    Tensor<complex> const residual(b.context(), b.shape());
    m.forward(x, residual);
    axpby(1, b, -1, residual);
    return conjugate_gradient_from(m, residual, scale, x, options);
}

CgResult conjugate_gradient_from(LinearOperator const& m, Tensor<complex> const& residual, double scale, Tensor<complex> const& x,
    CgOptions const& options) {
    Tensor<complex> const product(x.context(), x.shape());
    auto const direction = residual.clone();
    RehearsedLoop const loop(x.context(), x.context().rehearses() ? expected_iterations(options) : options.iterations);
    CgResult result;
    double squared = dot(residual, residual).re;
    while (true) {
        result.residual = squared == 0 ? 0 : std::sqrt(squared) / scale;
        require(std::isfinite(result.residual), "conjugate gradient: the residual is not finite after {} iterations", result.iterations);
        if (result.iterations > 0 && options.progress) options.progress(result.iterations, result.residual);
        if (result.iterations == loop.turns() || result.residual <= options.tolerance) return result;

        m.forward(direction, product);
        double const curvature = dot(direction, product).re;
        require(std::isfinite(curvature), "conjugate gradient: the operator's result is not finite after {} iterations", result.iterations);
        if (curvature <= 0) return result; // the direction is in the null space: nothing left to gain
        double const step = squared / curvature;
        axpby(step, direction, 1, x);
        axpby(-step, product, 1, residual);
        double const next = dot(residual, residual).re;
        axpby(1, residual, next / squared, direction);
        squared = next;
        ++result.iterations;
    }
}

} // namespace tessera
