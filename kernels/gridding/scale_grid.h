// Weights of a grid that all coils share.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// grid[i, coil] *= w[i]: real weights on a coils-innermost grid.
struct ScaleGrid {
    View<real const, 1> w;
    View<complex, 2> grid; ///< [n, coil]
};

} // namespace tessera
