#include "kernels/network/losses.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, DifferencePullback const& k) {
    auto const kernel = k;
    for_each(stream, k.g.size(), TESSERA_LAMBDA(index_t i) {
        complex const d = kernel.p[i] - kernel.t[i];
        real factor = kernel.scale[0] * kernel.factor * kernel.weights(i);
        if (kernel.direction_only) {
            real const size = abs(d);
            factor = size > 0 ? factor / size : 0;
        }
        kernel.g[i] = factor * d;
    });
}

} // namespace tessera
