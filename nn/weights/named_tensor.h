// Tensors that are saved and restored by name.
#pragma once

#include "core/arrays/tensor.h"

#include <string>
#include <vector>

namespace tessera {

/// A handle: the tensor is the very memory of its owner, so copying values into it restores the owner's state.
struct NamedTensor {
    std::string name;
    Tensor<real> value;
};
using NamedTensors = std::vector<NamedTensor>;

} // namespace tessera
