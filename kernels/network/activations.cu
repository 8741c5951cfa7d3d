#include "kernels/network/activations.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, LeakyRelu const& k) {
    auto const x = k.x;
    auto const y = k.y;
    real const slope = k.slope;
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) { y[i] = x[i] > 0 ? x[i] : slope * x[i]; });
}

template <> void execute<kDevice>(Stream stream, LeakyReluPullback const& k) {
    auto const y = k.y;
    auto const g = k.g;
    real const slope = k.slope;
    for_each(stream, g.size(), TESSERA_LAMBDA(index_t i) { g[i] *= y[i] > 0 ? real(1) : slope; });
}

} // namespace tessera
