#include "kernels/network/modrelu.h"

#include "kernels/arrays/stretch_sums.h"
#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, ModRelu const& k) {
    auto const x = k.x;
    auto const bias = k.bias;
    auto const y = k.y;
    Divisor const channels(bias.shape[0]);
    for_each(stream, y.size(), TESSERA_LAMBDA(index_t i) {
        complex const value = x[i];
        real const size = abs(value), left = size + bias[channels.remainder(i)];
        y[i] = size == 0 || left <= 0 ? complex{} : (left / size) * value; // NaN stays NaN, so that it is found
    });
}

// With u = x / |x| = y / |y|, dy = (|y| / |x|) dx - (bias / |x|) u Re(conj(u) dx), which is its own adjoint.
template <> void execute<kDevice>(Stream stream, ModReluPullback const& k) {
    auto const y = k.y;
    auto const bias = k.bias;
    auto const g = k.g;
    Divisor const channels(bias.shape[0]);
    for_each(stream, g.size(), TESSERA_LAMBDA(index_t i) {
        real const b = bias[channels.remainder(i)], left = abs(y[i]);
        if (left > 0) {
            // |x|, which a positive bias drowns where it is small; the derivative grows without bound there, here to 1e6.
            real const least = real(1e-6) * left, size = left - b > least ? left - b : least;
            complex const u = (1 / left) * y[i];
            real const along = u.re * g[i].re + u.im * g[i].im;
            g[i] = (left / size) * g[i] - (b / size * along) * u;
        } else if (b < 0) {
            g[i] = complex{};
        }
    });
}

template <> void execute<kDevice>(Stream stream, ModReluBiasStretches const& k) {
    auto const y = k.y, g = k.g;
    auto const partial = k.partial;
    for_each(stream, partial.size(), TESSERA_LAMBDA(index_t n) {
        index_t const channels = partial.shape[1], c = n % channels;
        auto const [first, last] = stretch_of(y.shape[0], partial.shape[0], n / channels);
        double sum = 0;
        for (index_t i = first; i < last; ++i) {
            complex const at = y(i, c), along = g(i, c);
            real const size = abs(at);
            if (size > 0) sum += static_cast<double>((at.re * along.re + at.im * along.im) / size);
        }
        partial[n] = sum;
    });
}

} // namespace tessera
