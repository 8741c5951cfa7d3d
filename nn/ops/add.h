// Sums.
#pragma once

#include "nn/tape.h"

namespace tessera {

/// a + b, of equal shapes. Overwrites a or b where nobody else holds it. Saves nothing. Throws Error for different shapes.
Var add(Tape& tape, Var a, Var b);

} // namespace tessera
