// How much a step enlarges a change of its input, which decides whether iteration converges.
#pragma once

#include "recon/unrolled/model_step.h"

namespace tessera {

/// The largest singular value of the step's Jacobian J at x, by so many power iterations with J^T J from a fixed random start: never above
/// it, but for rounding. Takes five volumes and what the step takes.
double lipschitz_constant(ModelStep const& step, Tensor<complex> const& x, index_t iterations);

/// ||R(x + u) - R(x)||^2 / ||u||^2 for a random u of 1 % of the norm of x, the mean square gain of the regulariser there: [1], on the tape.
/// Its gradient is that of the parameters, x is a constant. `x` fetches it; u is drawn from the report's seed and draw. Saves nothing.
/// Source: Bai, Koltun, Kolter 2021, arXiv:2106.14342, with a difference in the place of the Jacobian: no second derivatives.
Var gain_penalty(Tape& tape, ModelStep const& step, ModelStep::Fetch x, bool trained);

} // namespace tessera
