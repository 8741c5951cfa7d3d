// The conjugate gradient method.
#pragma once

#include "core/arrays/linear_operator.h"

#include <functional>

namespace tessera {

struct CgOptions {
    index_t iterations = 30; ///< at most
    double tolerance = 1e-4; ///< stop when ||b - M x|| <= tolerance ||b||
    /// Called after every iteration with its number (from 1) and the relative residual.
    std::function<void(index_t, double)> progress{};
};

struct CgResult {
    index_t iterations = 0;
    double residual = 0; ///< ||b - M x|| / ||b|| as CG's recursion has it
};

/// Solves M x = b for a Hermitian positive semi-definite M, its forward(); x starts at its values.
/// Throws Error when a residual is not finite. Source: Hestenes and Stiefel 1952, doi:10.6028/jres.049.044.
CgResult conjugate_gradient(LinearOperator const& m, Tensor<complex> const& b, Tensor<complex> const& x, CgOptions const& options);

/// The same from a given residual b - M x, which is overwritten; residuals are relative to `scale`.
CgResult conjugate_gradient_from(LinearOperator const& m, Tensor<complex> const& residual, double scale, Tensor<complex> const& x,
    CgOptions const& options);

} // namespace tessera
