// Convolution of feature maps.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"

namespace tessera {

/// y = weight * x + bias with zero padding of half the filter; the output has ceil(n / stride) voxels along each axis.
///
/// Shapes: x [z, y, x, in], weight [out, in, k, k, k] with k = 1, 3 or 5, bias [out] or null; y [z', y', x', out].
/// Saves x for the gradient of the weight, if that is trained. Throws Error for shapes that do not fit.
Var conv3d(Tape& tape, Var const& x, Parameter const& weight, Parameter const* bias = nullptr, index_t stride = 1);

} // namespace tessera
