// Sums for the gradients of small parameters, in double and in an order that does not depend on the number of threads: first
// over stretches of the rows of an array, then over the stretches.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// Rows [first, last) of the stretch-th of `stretches` parts of `rows`.
struct Stretch {
    index_t first, last;
};
TESSERA_HD Stretch stretch_of(index_t rows, index_t stretches, index_t stretch) {
    index_t const length = (rows + stretches - 1) / stretches, first = stretch * length;
    index_t const last = first + length < rows ? first + length : rows;
    return {first, last};
}

/// partial(s) = sum of x y over stretch s.
struct DotStretches {
    View<real const, 1> x, y;
    View<double, 1> partial;
};

/// sums(c) += sum over s of partial(s, c).
struct AddStretches {
    View<double const, 2> partial;
    View<real, 1> sums;
};

} // namespace tessera
