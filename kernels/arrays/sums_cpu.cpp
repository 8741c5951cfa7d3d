#include "kernels/arrays/sums.h"

#include <algorithm>

namespace tessera {
namespace {

template <class Sum, class Kernel> void sum_stretches(index_t n, Kernel const& k) {
    index_t const stretches = k.partial.size();
    index_t const length = (n + stretches - 1) / stretches;
#pragma omp parallel for schedule(static) if (n > 16384)
    for (index_t b = 0; b < stretches; ++b) {
        index_t const last = std::min(n, (b + 1) * length);
        Sum sum{};
        for (index_t i = b * length; i < last; ++i) sum += k.term(i);
        k.partial[b] = sum;
    }
}

} // namespace

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

template <> void execute<Device::cpu>(Stream, RealSum const& k) { sum_stretches<double>(k.x.size(), k); }
template <> void execute<Device::cpu>(Stream, MagnitudeSum const& k) { sum_stretches<double>(k.x.size(), k); }
template <> void execute<Device::cpu>(Stream, DifferenceSum const& k) { sum_stretches<Difference>(k.p.size(), k); }

} // namespace tessera
