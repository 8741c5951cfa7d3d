// Sums over arrays, in double and in an order that does not depend on the number of threads.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// partial[b] = sum of conj(x) y over the b-th of partial.size() stretches; their sum is the inner product.
struct DotPartial {
    View<complex const, 1> x, y;
    View<Complex<double>, 1> partial;

    Work work() const { return moved(2 * x.size() * static_cast<index_t>(sizeof(complex))); }
};

} // namespace tessera
