// Checks that losses share.
#pragma once

#include "core/arrays/sums.h"
#include "nn/losses/difference.h"

namespace tessera {

/// The prediction as complex numbers. Throws Error where shapes do not fit.
Tensor<complex> checked_prediction(char const* loss, Var const& prediction, Tensor<complex> const& target);
/// Throws Error where the mask's shape is not the target's.
Weights checked_mask(char const* loss, Tensor<complex> const& target, LossMask const& mask);
/// A loss's value as a tensor of shape [1].
inline Tensor<real> scalar(Context const& context, double value) {
    real const v[] = {static_cast<real>(value)};
    return Tensor<real>::from(context, {1}, v);
}

} // namespace tessera
