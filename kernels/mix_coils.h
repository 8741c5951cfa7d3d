// Linear combinations of coils.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// output(a, i) = sum over b of matrix(a, b) input(b, i). output must not overlap input.
struct MixCoils {
    View<complex const, 2> matrix; ///< [new coils, coils]
    View<complex const, 2> input;  ///< [coils, n]
    View<complex, 2> output;       ///< [new coils, n]
};

} // namespace tessera
