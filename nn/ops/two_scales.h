// Maps of twice and of half the resolution.
#pragma once

#include "core/arrays/shape.h"
#include "nn/tape.h"

namespace tessera {

/// ceil(n / 2) along each axis.
inline Matrix half(Matrix const& m) { return {(m[0] + 1) / 2, (m[1] + 1) / 2, (m[2] + 1) / 2}; }

/// Means of blocks of 2 x 2 x 2 voxels, of those that exist at an odd border. Saves nothing.
/// Shapes: x [z, y, x, c], result [half(z, y, x), c]. Throws Error for another rank.
Var downsample(Tape& tape, Var const& x);

/// Every voxel 2 x 2 x 2 times, of which `matrix` is kept: the nearest neighbour. Saves nothing.
/// Shapes: x [half(matrix), c], result [matrix, c]. Throws Error for another matrix.
Var upsample(Tape& tape, Var const& x, Matrix const& matrix);

} // namespace tessera
