// How steep edges across z are: what a diaphragm that moves blurs.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// Of the columns along z, those in which the reference has a clear edge, and how steep the image is there.
struct EdgeSteepness {
    index_t columns = 0; ///< that have an edge of at least 30 % of the robust maximum within two voxels
    double ratio = 0;    ///< median of the image's slope over the reference's: 1 as steep, 0.5 twice as wide; NaN without columns
};

/// Slopes are differences of the neighbours of a voxel along z. The reference's steepest in a column says where, and in which direction;
/// the image's is its steepest in that direction, at most three voxels away.
/// Shapes: [z, y, x] magnitudes in host memory, of one scale. Throws Error for unequal shapes and values that are not finite.
EdgeSteepness edge_steepness(Tensor<real> const& image, Tensor<real> const& reference);

} // namespace tessera
