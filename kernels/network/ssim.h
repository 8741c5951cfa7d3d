// Structural similarity of the magnitudes of p and t, from four filtered maps, and its derivatives.
//
// With x = |p|, r = |t|, d = x - r, and a bar for the window's mean: similarity = (1 - dbar^2 / B1) (1 - V / B2), where
// V = mean d^2 - dbar^2, B1 = xbar^2 + rbar^2 + c1, B2 = mean (x^2 + r^2) - xbar^2 - rbar^2 + c2. This is the usual quotient,
// written so that nearly equal images lose no digits.
#pragma once

#include "kernels/arrays/sums.h"

namespace tessera {

/// maps = {d, r, d^2, x^2 + r^2}, each of the size of p.
struct SsimMaps {
    View<complex const, 1> p, t;
    View<real, 2> maps;
};

/// 1 / the sum of the window's weights around each voxel of a slab whose first slice is number `first`: a product of factors.
struct WindowScale {
    View<real const, 1> z, y, x;
    index_t first;

    TESSERA_HD real operator()(index_t i) const {
        index_t const row = i / x.size();
        return z[row / y.size() + first] * y[row % y.size()] * x[i % x.size()];
    }
};

/// What both kernels below are given: maps filtered by the window, without its scale.
struct SsimWindows {
    View<real, 2> maps;
    WindowScale scale;
    Weights weights; ///< of the slab
    real c1, c2;
};

/// maps[0] = similarity times weight.
struct SsimValues {
    SsimWindows at;
};

/// maps[0..2] = weighted derivatives of the similarity with respect to maps 0, 2 and 3.
struct SsimDerivatives {
    SsimWindows at;
};

/// g = scale[0] factor times the derivative with respect to p, from the derivatives filtered by the window; 0 where p is 0.
struct SsimPullback {
    View<complex const, 1> p, t;
    View<real const, 2> derivatives;
    View<real const, 1> scale;
    real factor;
    View<complex, 1> g;
};

} // namespace tessera
