#include "kernels/arrays/arithmetic.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

template <class T> void axpby(Stream stream, Axpby<T> const& k) {
    auto const a = k.a, b = k.b;
    auto const x = k.x;
    auto const y = k.y;
    bool const keep = !(b == T{});
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = keep ? a * x[i] + b * y[i] : a * x[i]; });
}

} // namespace

template <> void execute<kDevice>(Stream stream, Axpby<complex> const& k) { axpby(stream, k); }
template <> void execute<kDevice>(Stream stream, Axpby<real> const& k) { axpby(stream, k); }

template <> void execute<kDevice>(Stream stream, Multiply const& k) {
    auto const x = k.x, y = k.y;
    auto const z = k.z;
    bool const conjugate = k.conjugate_x;
    for_each(stream, z.size(), TESSERA_LAMBDA(index_t i) { z[i] = (conjugate ? conj(x[i]) : x[i]) * y[i]; });
}

template <> void execute<kDevice>(Stream stream, MultiplyReal const& k) {
    auto const w = k.w;
    auto const x = k.x;
    Divisor const n(w.shape[0]);
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) { x[i] = w[n.remainder(i)] * x[i]; });
}

template <> void execute<kDevice>(Stream stream, ScaleBy const& k) {
    auto const x = k.x, factor = k.factor;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = factor[0] * x[i]; });
}

template <> void execute<kDevice>(Stream stream, Fill const& k) {
    auto const x = k.x;
    real const value = k.value;
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) { x[i] = value; });
}

template <> void execute<kDevice>(Stream stream, SwapReal const& k) {
    auto const x = k.x, y = k.y;
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) {
        real const held = x[i];
        x[i] = y[i];
        y[i] = held;
    });
}

} // namespace tessera
