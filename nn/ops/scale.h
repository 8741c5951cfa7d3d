// Multiplication by a number.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"

namespace tessera {

/// a x. Overwrites x where nobody else holds it. Saves nothing.
Var scale(Tape& tape, Var x, double a);

/// a x for a learned number a. Saves x, if a is trained. Throws Error where a is not one number.
Var scale(Tape& tape, Var x, Parameter const& a);

} // namespace tessera
