// The gradient step of accelerated proximal methods, in one pass over memory.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// v - step (N v - b) for the extrapolated v = x + momentum (x - previous), with N x and N previous known; the result replaces
/// `previous`. With momentum 0, `previous` and `normal_previous` may be uninitialised.
struct GradientStep {
    View<complex const, 1> x, normal_x;
    View<complex, 1> previous;
    View<complex const, 1> normal_previous, b;
    real momentum, step;
};

} // namespace tessera
