// Convolution of complex maps.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"

namespace tessera {

/// y = (real + i imag) * x + bias, computed as one real convolution of twice the channels; else like conv3d().
///
/// Shapes: x [z, y, x, 2 in], channels re, im, re, im, ...; real and imag [out, in, k, k, k], bias [2 out] or null;
/// y [z', y', x', 2 out]. Saves x for the gradient of the weights, if they are trained. Throws Error for shapes that do not fit.
Var complex_conv3d(Tape& tape, Var const& x, Parameter const& real_part, Parameter const& imaginary_part, Parameter const* bias = nullptr,
    index_t stride = 1);

} // namespace tessera
