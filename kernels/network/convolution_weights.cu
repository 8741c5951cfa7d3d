#include "kernels/network/convolution_weights.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, SwapLastAxes const& k) {
    for_each(stream, k.to.size(), TESSERA_LAMBDA(index_t i) {
        index_t const b = i % k.to.shape[2], c = i / k.to.shape[2] % k.to.shape[1], a = i / k.to.shape[2] / k.to.shape[1];
        real const value = k.from(a, b, c);
        k.to[i] = k.add ? k.to[i] + value : value;
    });
}

template <> void execute<kDevice>(Stream stream, AddBias const& k) {
    Divisor const channels(k.bias.shape[0]);
    for_each(stream, k.y.size(), TESSERA_LAMBDA(index_t i) { k.y[i] += k.bias[channels.remainder(i)]; });
}

} // namespace tessera
