// Memory that a context may read without a copy.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// The tensor itself where `context` can read it as it is, a copy there otherwise: contexts of the cpu read each other's memory.
template <class T> Tensor<T> readable_in(Context const& context, Tensor<T> const& tensor) {
    bool const shared = tensor.device() == Device::cpu && context.device() == Device::cpu;
    return shared ? tensor : tensor.to(context);
}
/// The same for the host.
template <class T> Tensor<T> readable_on_host(Tensor<T> const& tensor) { return readable_in(tensor.context().host(), tensor); }

} // namespace tessera
