// Activation functions of feature maps and their pullbacks.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = x where x > 0, slope x elsewhere. x may be y.
struct LeakyRelu {
    View<real const, 1> x;
    real slope;
    View<real, 1> y;
};

/// g *= slope where y, the result of LeakyRelu, is not positive; slope >= 0.
struct LeakyReluPullback {
    View<real const, 1> y;
    real slope;
    View<real, 1> g;
};

} // namespace tessera
