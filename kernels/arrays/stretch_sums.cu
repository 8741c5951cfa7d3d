#include "kernels/arrays/stretch_sums.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, DotStretches const& k) {
    auto const x = k.x, y = k.y;
    auto const partial = k.partial;
    for_each(stream, partial.size(), TESSERA_LAMBDA(index_t s) {
        auto const [first, last] = stretch_of(x.size(), partial.size(), s);
        double sum = 0;
        for (index_t i = first; i < last; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
        partial[s] = sum;
    });
}

template <> void execute<kDevice>(Stream stream, AddStretches const& k) {
    auto const partial = k.partial;
    auto const sums = k.sums;
    for_each(stream, sums.size(), TESSERA_LAMBDA(index_t c) {
        double sum = 0;
        for (index_t s = 0; s < partial.shape[0]; ++s) sum += partial(s, c);
        sums[c] += static_cast<real>(sum);
    });
}

} // namespace tessera
