// Between real and complex arrays.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = a x.
struct ScaleReal {
    View<real const, 1> x;
    real a;
    View<real, 1> y;
};

/// y = x + 0 i.
struct RealToComplex {
    View<real const, 1> x;
    View<complex, 1> y;
};

/// y = sqrt(x) + 0 i.
struct RootToComplex {
    View<real const, 1> x;
    View<complex, 1> y;
};

/// y = |x|.
struct Magnitude {
    View<complex const, 1> x;
    View<real, 1> y;
};

/// y = scale Re x.
struct RealPart {
    View<complex const, 1> x;
    real scale;
    View<real, 1> y;
};

} // namespace tessera
