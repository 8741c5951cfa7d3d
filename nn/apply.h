// Linear operators on a tape.
#pragma once

#include "core/arrays/linear_operator.h"
#include "nn/tape.h"

#include <memory>

namespace tessera {

/// y = A x, complex numbers as two channels. The pullback is the adjoint: it saves the operator, and nothing of x.
/// Shapes: x [domain..., 2]; y [codomain..., 2]. Throws Error for a shape that is not the domain's.
Var apply(Tape& tape, std::shared_ptr<LinearOperator const> const& op, Var const& x);

} // namespace tessera
