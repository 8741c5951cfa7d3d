#include "recon/conjugate_gradient.h"

#include "core/vector_ops.h"

#include <cmath>

namespace tessera {

CgResult conjugate_gradient(std::function<void(Tensor<complex> const&, Tensor<complex> const&)> const& normal,
    Tensor<complex> const& b, Tensor<complex> const& x, CgOptions const& options) {
    auto const apply = [&](Tensor<complex> const& v, Tensor<complex> const& out) {
        normal(v, out);
        if (options.lambda != 0) axpby(options.lambda, v, 1, out);
    };
    CgResult result;
    double const scale = norm(b);
    if (scale == 0) {
        x.zero();
        return result;
    }

    Tensor<complex> const residual(b.context(), b.shape()), product(b.context(), b.shape());
    apply(x, residual);
    axpby(1, b, -1, residual);
    auto const direction = residual.clone();
    double squared = dot(residual, residual).re;
    while (true) {
        result.residual = std::sqrt(squared) / scale;
        require(std::isfinite(result.residual), "conjugate gradient: the residual is not finite after {} iterations", result.iterations);
        if (result.iterations > 0 && options.progress) options.progress(result.iterations, result.residual);
        if (result.iterations == options.iterations || result.residual <= options.tolerance) return result;

        apply(direction, product);
        double const curvature = dot(direction, product).re;
        if (!(curvature > 0)) return result; // the direction is in the null space: nothing left to gain
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
