#include "recon/compressed_sensing/total_variation.h"

#include "core/arrays/sums.h"

#include <cmath>

namespace tessera {

TotalVariation::TotalVariation(Context const& context, Matrix const& matrix, index_t inner_iterations)
    : inner_iterations_(inner_iterations) {
    for (int d = 0; d < 3; ++d)
        if (matrix[static_cast<std::size_t>(d)] > 1) axes_.axis[axes_.count++] = d;
    dual_ = Tensor<complex>::zeros(context, {axes_.count, matrix[0], matrix[1], matrix[2]});
}

double TotalVariation::value(Tensor<complex> const& x) {
    Tensor<real> const length(x.context(), x.shape());
    enqueue(x.stream(), DifferenceLength{x.view<3>(), axes_, length.view<3>()});
    return sum(length);
}

double TotalVariation::proximal(Tensor<complex> const& x, double weight, index_t) {
    require(x.shape() == dual_.shape().tail(), "total variation: an image {} where the dual is {}", x.shape().str(), dual_.shape().str());
    if (weight == 0 || axes_.count == 0) return value(x);
    {
        auto const extrapolated = dual_.clone();
        Tensor<complex> const primal(x.context(), x.shape());
        double const step = 1 / (4.0 * axes_.count * weight); // 4 bounds the norm of D^T D along one axis
        double t = 1;
        for (index_t i = 0; i < inner_iterations_; ++i) {
            double const t_next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
            enqueue(x.stream(),
                SubtractDivergence{extrapolated.view<4>(), x.view<3>(), static_cast<real>(weight), axes_, primal.view<3>()});
            enqueue(x.stream(),
                DualStep{primal.view<3>(), static_cast<real>(step), static_cast<real>((t - 1) / t_next), axes_, dual_.view<4>(),
                    extrapolated.view<4>()});
            t = t_next;
        }
    }
    enqueue(x.stream(), SubtractDivergence{dual_.view<4>(), x.view<3>(), static_cast<real>(weight), axes_, x.view<3>()});
    return value(x);
}

} // namespace tessera
