// A number for every channel, added.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// Adds bias(c) to y(v, c).
struct AddBias {
    View<real const, 1> bias;
    View<real, 2> y;
};

} // namespace tessera
