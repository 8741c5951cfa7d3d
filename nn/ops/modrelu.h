// The activation of complex maps.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"

namespace tessera {

/// max(|x| + bias, 0) x / |x| for complex x, and 0 where x is. Overwrites x where nobody else holds it. Saves its result.
///
/// Shapes: x [..., 2 channels] (re, im, re, im, ...), bias [channels]. Throws Error for others.
/// At x = 0 the derivative is taken as 1 for a bias >= 0 and as 0 below. Source: Arjovsky et al. 2016, arXiv:1511.06464.
Var modrelu(Tape& tape, Var x, Parameter const& bias);

} // namespace tessera
