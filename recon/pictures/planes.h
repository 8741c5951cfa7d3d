// Slices and projections of a volume as they are shown: square pixels, row by row from the top.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/acquisition.h"

#include <cstdint>
#include <vector>

namespace tessera {

struct Plane {
    index_t width = 0, height = 0;
    std::vector<real> pixels;
};

/// Values shown as black and white.
struct Window {
    double low = 0, high = 1;
};

/// From 0 to the 99.5th percentile of the values that are not zero.
Window default_window(Tensor<real> const& magnitude);

/// 0 to 1 within the window, clipped; not a number is 0.
double brightness(real value, Window const& window);

/// The slice through the centre voxel looking along an axis (0: z with y downwards; 1: y, 2: x, both with z upwards).
///
/// Pixels have the side of the smallest voxel side (of the slice's, in a volume with one slice) and the value of the nearest
/// voxel. Shapes: volume [z, y, x] in host memory. Units: voxel_mm z, y, x; sides that are not above zero count as 1.
Plane central_slice(Tensor<real> const& volume, PerAxis const& voxel_mm, int axis);

/// The maximum along the axis, shown as central_slice() is.
Plane maximum_projection(Tensor<real> const& volume, PerAxis const& voxel_mm, int axis);

/// How many of the three directions are worth a look: one in a volume with a single slice.
inline int directions(Tensor<real> const& volume) { return volume.shape()[0] == 1 ? 1 : 3; }

} // namespace tessera
