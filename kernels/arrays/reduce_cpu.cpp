#include "kernels/arrays/reduce.h"

#include <algorithm>

namespace tessera {

template <> void execute<Device::cpu>(Stream, DotPartial const& k) {
    index_t const n = k.x.size(), stretches = k.partial.size();
    index_t const length = (n + stretches - 1) / stretches;
#pragma omp parallel for schedule(static) if (n > 16384)
    for (index_t b = 0; b < stretches; ++b) {
        index_t const last = std::min(n, (b + 1) * length);
        double re = 0, im = 0;
#pragma omp simd reduction(+ : re, im)
        for (index_t i = b * length; i < last; ++i) {
            complex const x = k.x[i], y = k.y[i];
            re += static_cast<double>(x.re) * y.re + static_cast<double>(x.im) * y.im;
            im += static_cast<double>(x.re) * y.im - static_cast<double>(x.im) * y.re;
        }
        k.partial[b] = {re, im};
    }
}

} // namespace tessera
