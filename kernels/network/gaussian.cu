#include "kernels/network/gaussian.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, GaussianAlongAxis const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.y);
    for_each(stream, k.y.size(), TESSERA_LAMBDA(index_t n) {
        auto const [outer, row, at] = indices(n);
        index_t const here = row + kernel.y_first;
        real sum = 0;
        for (index_t d = -kGaussianRadius; d <= kGaussianRadius; ++d) {
            index_t const there = here + d;
            if (there >= 0 && there < kernel.length) sum += kernel.weight[d < 0 ? -d : d] * kernel.x(outer, there - kernel.x_first, at);
        }
        kernel.y[n] = sum;
    });
}

} // namespace tessera
