// Pointwise arithmetic on complex arrays. All arrays of one kernel have the same size.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = a x + b y; with b = 0, y may be uninitialised. x may be y.
struct Axpby {
    complex a;
    View<complex const, 1> x;
    complex b;
    View<complex, 1> y;

    Work work() const { return moved(3 * y.size() * static_cast<index_t>(sizeof(complex))); }
};

/// z = x y, or z = conj(x) y.
struct Multiply {
    View<complex const, 1> x, y;
    View<complex, 1> z;
    bool conjugate_x = false;
};

/// x *= w elementwise; w is [n], x is [repeat, n] (one set of weights for several coils).
struct MultiplyReal {
    View<real const, 1> w;
    View<complex, 2> x;
};

} // namespace tessera
