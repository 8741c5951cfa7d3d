#include "kernels/arrays/complex_parts.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, ScaleReal const& k) {
    auto const x = k.x;
    auto const a = k.a;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = a * x[i]; });
}

template <> void execute<kDevice>(Stream stream, RealToComplex const& k) {
    auto const x = k.x;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = {x[i], 0}; });
}

template <> void execute<kDevice>(Stream stream, RootToComplex const& k) {
    auto const x = k.x;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = {std::sqrt(x[i]), 0}; });
}

template <> void execute<kDevice>(Stream stream, Magnitude const& k) {
    auto const x = k.x;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = abs(x[i]); });
}

template <> void execute<kDevice>(Stream stream, RealPart const& k) {
    auto const x = k.x;
    auto const scale = k.scale;
    auto const y = k.y;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = scale * x[i].re; });
}

} // namespace tessera
