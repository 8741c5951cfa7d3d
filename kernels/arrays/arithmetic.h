// Pointwise arithmetic. All arrays of one kernel have the same size.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = a x + b y; with b = 0, y may be uninitialised. x may be y.
template <class T> struct Axpby {
    T a;
    View<T const, 1> x;
    T b;
    View<T, 1> y;

    Work work() const { return moved(3 * y.size() * static_cast<index_t>(sizeof(T))); }
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

/// Exchanges x and y.
struct SwapReal {
    View<real, 1> x, y;
};

} // namespace tessera
