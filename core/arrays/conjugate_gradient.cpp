#include "core/arrays/conjugate_gradient.h"

#include "core/arrays/vector_ops.h"

#include <cmath>

namespace tessera {

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
    CgResult result;
    double squared = dot(residual, residual).re;
    while (true) {
        result.residual = squared == 0 ? 0 : std::sqrt(squared) / scale;
        require(std::isfinite(result.residual), "conjugate gradient: the residual is not finite after {} iterations", result.iterations);
        if (result.iterations > 0 && options.progress) options.progress(result.iterations, result.residual);
        if (result.iterations == options.iterations || result.residual <= options.tolerance) return result;

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
