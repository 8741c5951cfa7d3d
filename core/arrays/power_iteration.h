// The largest eigenvalue of a normal operator.
#pragma once

#include "core/arrays/tensor.h"

#include <functional>

namespace tessera {

struct PowerIterationOptions {
    index_t iterations = 100; ///< at most, one application of the operator each
    double tolerance = 1e-3;  ///< stop when the estimate changes relatively by less
};

struct PowerIterationResult {
    double eigenvalue = 0; ///< a Rayleigh quotient: never above the largest eigenvalue but for rounding
    index_t iterations = 0;
};

/// The largest eigenvalue of a Hermitian positive semi-definite operator normal(x, out) on tensors of `shape`, by the power
/// method from a fixed random start. Holds two tensors of that shape.
/// Throws Error where the operator gives values that are not finite. Source: von Mises, Pollaczek-Geiringer 1929,
/// doi:10.1002/zamm.19290090206.
PowerIterationResult largest_eigenvalue(Context const& context, Shape const& shape,
    std::function<void(Tensor<complex> const&, Tensor<complex> const&)> const& normal, PowerIterationOptions const& options = {});

} // namespace tessera
