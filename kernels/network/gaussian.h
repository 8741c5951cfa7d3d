// A Gaussian window along one axis.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

inline constexpr index_t kGaussianRadius = 5;

/// y(o, i, k) = sum over |d| <= 5 of weight[|d|] x(o, i + d, k), where i + d lies on the axis of `length` elements.
///
/// x and y may be stretches of the axis: their first elements are number x_first and y_first of it, and x holds all that y
/// needs. x must not be y.
struct GaussianAlongAxis {
    View<real const, 3> x;
    View<real, 3> y;
    index_t x_first, y_first, length;
    real weight[kGaussianRadius + 1];
};

} // namespace tessera
