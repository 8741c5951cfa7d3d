#include "kernels/network/convolution_weights.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, SwapLastAxes const& k) {
    Indices<3> const indices(k.to);
    for_each(stream, k.to.size(), TESSERA_LAMBDA(index_t i) {
        auto const [a, c, b] = indices(i);
        real const value = k.from(a, b, c);
        k.to[i] = k.add ? k.to[i] + value : value;
    });
}

template <> void execute<kDevice>(Stream stream, AddBias const& k) {
    Divisor const channels(k.bias.shape[0]);
    for_each(stream, k.y.size(), TESSERA_LAMBDA(index_t i) { k.y[i] += k.bias[channels.remainder(i)]; });
}

} // namespace tessera
