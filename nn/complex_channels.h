// Complex volumes as feature maps of two channels, and back: the same memory, seen differently.
#pragma once

#include "core/arrays/tensor.h"

#include <vector>

namespace tessera {

/// [...] complex as [..., 2] real.
inline Tensor<real> as_channels(Tensor<complex> const& volume) {
    std::vector<index_t> extents(volume.shape().begin(), volume.shape().end());
    extents.push_back(2);
    return volume.reinterpret<real>(Shape(extents));
}

/// [..., 2] real as [...] complex. Throws Error for another number of channels.
inline Tensor<complex> as_complex(Tensor<real> const& map) {
    require(map.shape().rank() > 0 && map.shape()[-1] == 2, "as_complex: a map of shape {}, expected two channels", map.shape().str());
    return map.reinterpret<complex>(Shape(std::span(map.shape().begin(), map.shape().end() - 1)));
}

} // namespace tessera
