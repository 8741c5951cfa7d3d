// Operations that may overwrite their argument.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// `x` itself where this is the only tensor of its memory, new memory of equal shape elsewhere.
inline Tensor<real> reuse_or_new(Tensor<real> const& x) { return x.unique() ? x : Tensor<real>(x.context(), x.shape()); }

} // namespace tessera
