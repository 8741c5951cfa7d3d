// Real volumes of the host, for measures of images.
#pragma once

#include "tests/support/devices.h"

namespace tessera::test {

/// Between 0 and 1.
inline Tensor<real> random_volume(Shape const& shape, unsigned seed) {
    return Tensor<real>::from(Context(), shape, random_real(static_cast<std::size_t>(shape.size()), seed, 0, 1));
}

inline Tensor<real> constant(Shape const& shape, real value) {
    return Tensor<real>::from(Context(), shape, std::vector<real>(static_cast<std::size_t>(shape.size()), value));
}

} // namespace tessera::test
