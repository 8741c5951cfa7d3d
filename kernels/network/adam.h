// What optimisers and averages of weights do to each element.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// One step of Adam: mean and square follow g and g^2, and x moves by -rate mean / (sqrt(square) root + epsilon).
struct AdamStep {
    View<real const, 1> g;
    View<real, 1> x, mean, square;
    real beta1, rest1; ///< of the mean; rest1 = 1 - beta1, rounded once
    real beta2, rest2; ///< of the square
    real rate, root;   ///< learning rate and square root with the bias corrections
    real epsilon;
    real decay;  ///< times x is added to g
    real shrink; ///< x is multiplied by it first
};

/// average += rest (x - average).
struct FollowAverage {
    View<real const, 1> x;
    real rest;
    View<real, 1> average;
};

} // namespace tessera
