#include "kernels/arrays/apply_along_axis.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, ApplyAlongAxis const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.out);
    for_each(stream, k.out.size(), TESSERA_LAMBDA(index_t n) {
        auto const [o, r, i] = indices(n);
        complex sum{};
        for (index_t j = 0; j < kernel.matrix.shape[1]; ++j) sum += kernel.matrix(r, j) * kernel.in(o, j, i);
        kernel.out[n] = sum;
    });
}

} // namespace tessera
