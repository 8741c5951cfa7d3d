#include "kernels/network/adam.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, AdamStep const& k) {
    auto const a = k;
    for_each(stream, a.x.size(), TESSERA_LAMBDA(index_t i) {
        real const x = a.x[i], g = a.g[i] + a.decay * x;
        real const mean = a.beta1 * a.mean[i] + a.rest1 * g, square = a.beta2 * a.square[i] + a.rest2 * g * g;
        a.mean[i] = mean;
        a.square[i] = square;
        a.x[i] = a.shrink * x - a.rate * mean / (std::sqrt(square) * a.root + a.epsilon);
    });
}

template <> void execute<kDevice>(Stream stream, FollowAverage const& k) {
    auto const x = k.x;
    auto const rest = k.rest;
    auto const average = k.average;
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) { average[i] += rest * (x[i] - average[i]); });
}

} // namespace tessera
