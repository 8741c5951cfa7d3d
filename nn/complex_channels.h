// Complex arrays as feature maps: real and imaginary part are neighbouring channels, the very same memory.
#pragma once

#include "core/tensor.h"

namespace tessera {

/// A volume [z, y, x] as a map [z, y, x, 2].
inline Tensor<real> as_map(Tensor<complex> const& volume) {
    Shape const s = volume.shape();
    require(s.rank() == 3, "as_map: a volume of shape {}, expected [z, y, x]", s.str());
    return volume.reinterpret<real>({s[0], s[1], s[2], 2});
}

/// A map [z, y, x, 2] as a volume [z, y, x].
inline Tensor<complex> as_volume(Tensor<real> const& map) {
    Shape const s = map.shape();
    require(s.rank() == 4 && s[3] == 2, "as_volume: a map of shape {}, expected [z, y, x, 2]", s.str());
    return map.reinterpret<complex>({s[0], s[1], s[2]});
}

} // namespace tessera
