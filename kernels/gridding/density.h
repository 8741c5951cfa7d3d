// Pointwise part of iterative density compensation.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// weights /= |density|^power, both real numbers in complex arrays (as gridding wants them); 0 where there is no density.
struct DivideByDensity {
    View<complex const, 1> density;
    View<complex, 1> weights;
    real power = 1;
};

} // namespace tessera
