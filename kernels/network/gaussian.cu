#include "kernels/network/gaussian.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, GaussianAlongAxis const& k) {
    auto const kernel = k;
    for_each(stream, k.y.size(), TESSERA_LAMBDA(index_t n) {
        index_t const inner = kernel.y.shape[2];
        index_t const at = n % inner, here = n / inner % kernel.y.shape[1] + kernel.y_first, outer = n / inner / kernel.y.shape[1];
        real sum = 0;
        for (index_t d = -kGaussianRadius; d <= kGaussianRadius; ++d) {
            index_t const there = here + d;
            if (there >= 0 && there < kernel.length) sum += kernel.weight[d < 0 ? -d : d] * kernel.x(outer, there - kernel.x_first, at);
        }
        kernel.y[n] = sum;
    });
}

} // namespace tessera
