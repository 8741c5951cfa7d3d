#include "kernels/network/complex_weights.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, JoinComplexWeights const& k) {
    auto const re = k.re, im = k.im;
    auto const joined = k.joined;
    for_each(stream, joined.size(), TESSERA_LAMBDA(index_t n) {
        index_t const tap = n % joined.shape[2], i = n / joined.shape[2] % joined.shape[1], o = n / joined.shape[2] / joined.shape[1];
        bool const to_im = o % 2 == 1, of_im = i % 2 == 1;
        real const sign = !to_im && of_im ? real(-1) : real(1); // i * i
        joined[n] = to_im == of_im ? re(o / 2, i / 2, tap) : sign * im(o / 2, i / 2, tap);
    });
}

template <> void execute<kDevice>(Stream stream, AddComplexWeights const& k) {
    auto const joined = k.joined;
    auto const re = k.re, im = k.im;
    for_each(stream, re.size(), TESSERA_LAMBDA(index_t n) {
        index_t const tap = n % re.shape[2], i = n / re.shape[2] % re.shape[1], o = n / re.shape[2] / re.shape[1];
        re[n] += joined(2 * o, 2 * i, tap) + joined(2 * o + 1, 2 * i + 1, tap);
        im[n] += joined(2 * o + 1, 2 * i, tap) - joined(2 * o, 2 * i + 1, tap);
    });
}

} // namespace tessera
