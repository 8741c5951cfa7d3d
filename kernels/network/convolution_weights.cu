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

} // namespace tessera
