#include "core/arrays/vector_ops.h"

#include "core/terminal/interrupt.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/sums.h"

#include <algorithm>
#include <cmath>

namespace tessera {

Complex<double> dot(Tensor<complex> const& x, Tensor<complex> const& y) {
    require(x.shape() == y.shape(), "dot: shapes {} and {}", x.shape().str(), y.shape().str());
    constexpr index_t kStretches = 1024, kShortest = 256; // enough blocks for a GPU, and no empty ones for small arrays
    Tensor<Complex<double>> const partial(x.context(), {std::clamp<index_t>(x.size() / kShortest, 1, kStretches)});
    enqueue(x.stream(), DotPartial{x.flat(), y.flat(), partial.flat()});
    interruption_point(); // solvers ask for an inner product in every iteration
    Complex<double> sum;
    for (auto const& p : partial.to_host()) sum += p;
    return sum;
}

double norm(Tensor<complex> const& x) { return std::sqrt(dot(x, x).re); }

void axpby(double a, Tensor<complex> const& x, double b, Tensor<complex> const& y) {
    require(x.shape() == y.shape(), "axpby: shapes {} and {}", x.shape().str(), y.shape().str());
    enqueue(y.stream(), Axpby<complex>{{static_cast<real>(a), 0}, x.flat(), {static_cast<real>(b), 0}, y.flat()});
}

Tensor<real> magnitude(Tensor<complex> const& image) {
    Context const host = image.context().host();
    auto const x = image.to(host);
    Tensor<real> result(host, image.shape());
    if (host.rehearses()) return result;
    View<complex, 1> const in = x.flat();
    View<real, 1> const out = result.flat();
#pragma omp parallel for schedule(static)
    for (index_t i = 0; i < out.size(); ++i) out[i] = abs(in[i]);
    return result;
}

} // namespace tessera
