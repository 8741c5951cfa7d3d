// A small matrix along one axis of an array.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// out(o, r, i) = sum over j of matrix(r, j) in(o, j, i): a small dense matrix along one axis. On the cpu a square matrix may work in
/// place.
struct ApplyAlongAxis {
    View<complex const, 2> matrix;
    View<complex const, 3> in;
    View<complex, 3> out;
};

} // namespace tessera
