// Pointwise arithmetic on real arrays. All arrays of one kernel have the same size.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = a x + b y; with b = 0, y may be uninitialised. x may be y.
struct AxpbyReal {
    real a;
    View<real const, 1> x;
    real b;
    View<real, 1> y;

    Work work() const { return moved(3 * y.size() * static_cast<index_t>(sizeof(real))); }
};

/// y = factor(0) x. x may be y.
struct ScaleBy {
    View<real const, 1> x, factor;
    View<real, 1> y;
};

/// Every element becomes `value`.
struct Fill {
    View<real, 1> x;
    real value;
};

} // namespace tessera
