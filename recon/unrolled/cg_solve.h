// Data consistency as operations on a tape.
#pragma once

#include "nn/tape.h"
#include "recon/unrolled/data_consistency.h"
#include "recon/unrolled/learned_number.h"

namespace tessera {

/// x = (A^H W A + lambda I)^-1 (b + lambda z) with lambda = exp(log_lambda); z and x are maps [z, y, x, 2].
/// Saves z and x; no iterate of CG. See cg_step_pullback() for the gradient.
Var cg_solve(Tape& tape, DataTerm const& data, Var const& z, LearnedNumber const& log_lambda, DataConsistencyConfig const& config,
    std::shared_ptr<SolverReport> const& report);

/// x = z - step (A^H W A z - b). Saves z.
Var gradient_descent(Tape& tape, DataTerm const& data, Var const& z, LearnedNumber const& step);

} // namespace tessera
