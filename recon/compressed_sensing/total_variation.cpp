#include "recon/compressed_sensing/total_variation.h"

#include "core/arrays/sums.h"

#include <cmath>

namespace tessera {
namespace {

DifferenceAxes axes_of(Matrix const& matrix) {
    DifferenceAxes axes{};
    for (int d = 0; d < 3; ++d)
        if (matrix[static_cast<std::size_t>(d)] > 1) axes.axis[axes.count++] = d;
    return axes;
}

} // namespace

TotalVariation::TotalVariation(Context const& context, Matrix const& matrix, index_t inner_iterations)
    : TotalVariation(context, matrix, inner_iterations, axes_of(matrix)) {}

TotalVariation::TotalVariation(Context const& context, Matrix const& matrix, index_t inner_iterations, DifferenceAxes const& axes)
    : axes_(axes), inner_iterations_(inner_iterations),
      dual_(Tensor<complex>::zeros(context, {axes.count, matrix[0], matrix[1], matrix[2]})) {}

double TotalVariation::value(Tensor<complex> const& images) {
    auto const x = images.reshape(dual_.shape().tail());
    Tensor<real> const length(x.context(), x.shape());
    enqueue(x.stream(), DifferenceLength{x.view<3>(), axes_, length.view<3>()});
    return sum(length);
}

double TotalVariation::proximal(Tensor<complex> const& images, double weight, index_t) {
    require(images.size() == dual_.shape().tail().size(), "total variation: an image {} where the dual is {}", images.shape().str(),
        dual_.shape().str());
    auto const x = images.reshape(dual_.shape().tail());
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
