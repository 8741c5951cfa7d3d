// Weights of samples for the parts of a doubled grid.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// Samples whose adjoint transform on `half` voxels is a point-spread function over twice that, folded for one part of its frequencies.
///
/// out(part, j) = w_j prod over axes of exp(i t floor(half / 2)) (1 + exp(i pi shift) exp(-i t half)), t = 2 pi k_j / voxels. An axis of
/// shift kFlat does not fold: its factor is 1. The same along all axes for every part but their shifts.
struct FoldWeights {
    static constexpr int kParts = 4;
    static constexpr double kFlat = 2; ///< the shift of an axis that is not doubled

    View<real const, 2> trajectory; ///< [points, 3]: kx, ky, kz
    View<real const, 1> weights;
    index_t voxels[3], half[3]; ///< z, y, x
    double shift[kParts][3];    ///< of part and axis, in steps of the doubled grid: 0, 1, +-1/2; kFlat
    View<complex, 2> out;       ///< [part, points], at most kParts
};

/// out(j, d) = scale[d] trajectory(j, d): cycles per another field of view.
struct ScaleTrajectory {
    View<real const, 2> trajectory; ///< [points, 3]
    double scale[3];                ///< x, y, z
    View<real, 2> out;
};

} // namespace tessera
