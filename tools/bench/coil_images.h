// A ball and coils around it.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// Smooth maps [coil, z, y, x] of coils around the volume, whose root sum of squares is 1.
Tensor<complex> coil_maps(Context const& context, Matrix const& matrix, index_t coils);
/// What the coils see of a ball, up to their common brightness.
Tensor<complex> coil_images(Context const& context, Matrix const& matrix, index_t coils);

} // namespace tessera
