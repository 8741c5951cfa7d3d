// The intensity that networks see, whatever the scanner's units.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// What a volume A^H W y [z, y, x] is divided by so that trained weights fit it: the 99th percentile of its magnitude.
///
/// Training and reconstruction call it on the same volume, so nobody rescales data by hand. Throws Error for a volume
/// that is zero or not finite there.
double intensity_scale(Tensor<complex> const& image);

} // namespace tessera
