// Copies boxes between volumes.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// to(at + i) = from(from_at + i), or += with `add`, for i in [0, extent). Boxes lie inside both volumes [z, y, x].
struct CopyBox {
    View<complex const, 3> from;
    index_t from_at[3];
    View<complex, 3> to;
    index_t to_at[3];
    index_t extent[3];
    bool add = false;
};

} // namespace tessera
