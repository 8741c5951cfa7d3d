// Channels of two maps in one.
#pragma once

#include "nn/tape.h"

namespace tessera {

/// The channels of a, then those of b. Saves nothing. Throws Error for different matrices.
/// Shapes: a [z, y, x, m], b [z, y, x, n], result [z, y, x, m + n].
Var concat(Tape& tape, Var const& a, Var const& b);

} // namespace tessera
