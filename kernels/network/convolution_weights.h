// Layouts of convolution weights.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// to(a, c, b) = from(a, b, c), or += with `add`: weights [out, in, taps] to [out, taps, in] and back.
struct SwapLastAxes {
    View<real const, 3> from;
    View<real, 3> to;
    bool add = false;
};

} // namespace tessera
