// The largest eigenvalue of a Hermitian operator.
#pragma once

#include "core/arrays/linear_operator.h"

namespace tessera {

struct PowerIterationOptions {
    index_t iterations = 100; ///< at most, one application of the operator each
    double tolerance = 1e-3;  ///< stop when the estimate changes relatively by less
};

struct PowerIterationResult {
    double eigenvalue = 0; ///< a Rayleigh quotient: never above the largest eigenvalue but for rounding
    index_t iterations = 0;
};

/// The largest eigenvalue of a Hermitian positive semi-definite operator, by the power method from a fixed random start.
/// Holds two tensors of its domain.
/// Throws Error where the operator gives values that are not finite. Source: von Mises, Pollaczek-Geiringer 1929,
/// doi:10.1002/zamm.19290090206.
PowerIterationResult largest_eigenvalue(LinearOperator const& m, PowerIterationOptions const& options = {});

} // namespace tessera
