// Complex convolution filters as real ones, between maps whose channels are re, im, re, im, ...
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// joined(2 o, 2 i) = joined(2 o + 1, 2 i + 1) = re(o, i), joined(2 o + 1, 2 i) = im(o, i) = -joined(2 o, 2 i + 1); at every tap.
struct JoinComplexWeights {
    View<real const, 3> re, im; ///< [out, in, tap]
    View<real, 3> joined;       ///< [2 out, 2 in, tap]
};

/// Adds to re and im what a gradient with respect to the joined weights is worth: the adjoint of JoinComplexWeights.
struct AddComplexWeights {
    View<real const, 3> joined;
    View<real, 3> re, im;
};

} // namespace tessera
