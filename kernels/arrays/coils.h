// Between one image and the images that its receive coils see.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// coils = maps image.
struct ExpandCoils {
    View<complex const, 1> image; ///< [n]
    View<complex const, 2> maps;  ///< [coil, n]
    View<complex, 2> coils;       ///< [coil, n]

    Work work() const { return moved((image.size() + 2 * coils.size()) * static_cast<index_t>(sizeof(complex))); }
};

/// image = sum over coils of conj(maps) coils, added to what is there when `accumulate`.
struct CombineCoils {
    View<complex const, 2> coils;
    View<complex const, 2> maps;
    View<complex, 1> image;
    bool accumulate = false;

    Work work() const { return moved((2 * image.size() + 2 * coils.size()) * static_cast<index_t>(sizeof(complex))); }
};

/// sum[i] += sum over coils of |coils|^2.
struct AddSquares {
    View<complex const, 2> coils; ///< [coil, n]
    View<real, 1> sum;            ///< [n]
};

/// coils[., i] /= sqrt(sum[i]); zero where sum is zero.
struct DivideByRoot {
    View<real const, 1> sum;
    View<complex, 2> coils;
};

/// grid[i, coil] *= w[i]: real weights on a coils-innermost grid.
struct ScaleGrid {
    View<real const, 1> w;
    View<complex, 2> grid; ///< [n, coil]
};

/// out(o, r, i) = sum over j of matrix(r, j) in(o, j, i): a small dense matrix along one axis.
struct ApplyAlongAxis {
    View<complex const, 2> matrix;
    View<complex const, 3> in;
    View<complex, 3> out;
};

} // namespace tessera
