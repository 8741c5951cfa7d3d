#include "kernels/mix_coils.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, MixCoils const& k) {
    auto const kernel = k;
    for_each(stream, k.output.size(), TESSERA_LAMBDA(index_t j) {
        auto const& [matrix, input, output] = kernel;
        index_t const n = output.shape[1], a = j / n, i = j % n; // neighbouring threads: neighbouring samples
        complex sum{};
        for (index_t b = 0; b < matrix.shape[1]; ++b) sum += matrix(a, b) * input(b, i);
        output[j] = sum;
    });
}

} // namespace tessera
