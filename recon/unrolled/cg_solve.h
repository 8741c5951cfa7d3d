// Data consistency as operations on a tape.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"
#include "recon/unrolled/data_consistency.h"

namespace tessera {

/// x = (A^H W A + lambda I)^-1 (b + lambda z) with lambda = exp(log_lambda); z and x are maps [z, y, x, 2].
/// Saves z and x; no iterate of CG. See cg_step_pullback() for the gradient.
Var cg_solve(Tape& tape, DataTerm const& data, Var const& z, Parameter const& log_lambda, DataConsistencyConfig const& config,
    std::shared_ptr<SolverReport> const& report);

/// x = z - step (A^H W A z - b). Saves z.
Var gradient_descent(Tape& tape, DataTerm const& data, Var const& z, Parameter const& step);

/// The value of a parameter with one element. Waits for the stream.
double scalar(Parameter const& p);
/// Adds to the gradient of a parameter with one element, where it is trained.
void add_to_gradient(Parameter const& p, double value);

} // namespace tessera
