// Activation functions of feature maps and their pullbacks.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = x where x > 0, slope x elsewhere. x may be y.
struct LeakyRelu {
    View<real const, 1> x;
    real slope;
    View<real, 1> y;

    Work work() const { return moved(2 * y.size() * static_cast<index_t>(sizeof(real))); }
};

/// g *= slope where y, the result of LeakyRelu, is not positive; slope >= 0.
struct LeakyReluPullback {
    View<real const, 1> y;
    real slope;
    View<real, 1> g;

    Work work() const { return moved(3 * g.size() * static_cast<index_t>(sizeof(real))); }
};

} // namespace tessera
