// Activation functions.
#pragma once

#include "nn/tape.h"

namespace tessera {

/// max(x, slope x) elementwise; slope 0 is the ReLU. Overwrites x where nobody else holds it. Saves its result.
/// Throws Error for a slope outside [0, 1).
Var leaky_relu(Tape& tape, Var x, double slope);
inline Var relu(Tape& tape, Var x) { return leaky_relu(tape, std::move(x), 0); }

} // namespace tessera
