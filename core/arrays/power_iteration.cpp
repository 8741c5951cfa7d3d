#include "core/arrays/power_iteration.h"

#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"

#include <cmath>

namespace tessera {

PowerIterationResult largest_eigenvalue(LinearOperator const& m, PowerIterationOptions const& options) {
    auto const shape = m.domain();
    PowerIterationResult result;
    if (shape.size() == 0) return result;
    if (m.context().rehearses()) {
        Tensor<complex> const x(m.context(), m.domain()), product(m.context(), m.domain());
        m.forward(x, product);
        result.eigenvalue = 1;
        return result;
    }
    // All eigenvectors are in it, the smooth ones of a sampling that is dense in the centre most of all.
    std::vector<complex> start(static_cast<std::size_t>(shape.size()));
    Random random(1);
    for (complex& v : start) {
        auto const draw = random.normal2();
        v = {static_cast<real>(1 + draw.re), static_cast<real>(draw.im)};
    }
    auto x = Tensor<complex>::from(m.context(), shape, start);
    Tensor<complex> product(m.context(), shape);
    axpby(1 / norm(x), x, 0, x);
    while (result.iterations < options.iterations) {
        m.forward(x, product);
        ++result.iterations;
        double const before = result.eigenvalue, size = norm(product);
        result.eigenvalue = dot(x, product).re; // x has norm 1
        require(std::isfinite(size), "power iteration: the operator's result is not finite after {} iterations", result.iterations);
        if (size == 0 || std::abs(result.eigenvalue - before) <= options.tolerance * result.eigenvalue) return result;
        axpby(1 / size, product, 0, x);
    }
    return result;
}

} // namespace tessera
