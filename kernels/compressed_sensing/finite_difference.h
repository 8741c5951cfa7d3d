// Forward differences of a volume and steps of the dual of total variation.
//
// Along axis d, (D_d x)(r) = x(r + e_d) - x(r), and zero at the last voxel. Dual fields p hold one volume for every axis in `axes`.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// The axes of a volume along which differences are taken: 0 is z, 2 is x.
struct DifferenceAxes {
    int count;
    int axis[3];
};

/// u = v - weight D^T p. u may be v.
struct SubtractDivergence {
    View<complex const, 4> p; ///< [axis, z, y, x]
    View<complex const, 3> v;
    real weight;
    DifferenceAxes axes;
    View<complex, 3> u;
};

/// q = r + step D u, shortened at every voxel to a length of at most 1 over all axes; then r = q + momentum (q - p) and p = q.
struct DualStep {
    View<complex const, 3> u;
    real step, momentum;
    DifferenceAxes axes;
    View<complex, 4> p, r; ///< [axis, z, y, x]
};

/// length(r) = (sum over axes of |(D_d x)(r)|^2)^1/2.
struct DifferenceLength {
    View<complex const, 3> x;
    DifferenceAxes axes;
    View<real, 3> length;
};

} // namespace tessera
