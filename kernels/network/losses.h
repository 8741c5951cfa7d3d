// Pullbacks of losses.
#pragma once

#include "kernels/arrays/sums.h"

namespace tessera {

/// g = scale[0] factor w (p - t), with `direction_only` divided by |p - t|; 0 where p = t.
struct DifferencePullback {
    View<complex const, 1> p, t;
    Weights weights;
    bool direction_only;
    View<real const, 1> scale;
    real factor;
    View<complex, 1> g;
};

} // namespace tessera
