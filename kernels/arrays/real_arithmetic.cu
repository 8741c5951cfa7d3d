#include "kernels/arrays/real_arithmetic.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, AxpbyReal const& k) {
    auto const [a, x, b, y] = k;
    bool const keep = b != 0;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = keep ? a * x[i] + b * y[i] : a * x[i]; });
}

template <> void execute<kDevice>(Stream stream, ScaleBy const& k) {
    auto const [x, factor, y] = k;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = factor[0] * x[i]; });
}

template <> void execute<kDevice>(Stream stream, Fill const& k) {
    auto const x = k.x;
    real const value = k.value;
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) { x[i] = value; });
}

} // namespace tessera
