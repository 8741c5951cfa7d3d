// Convolutions of the host by the definition, for builds in double.
#include "nn/convolution/convolution.h"

#include <algorithm>
#include <vector>

namespace tessera::convolution::host {
namespace {

// Calls f(offset of the input voxel, offset of the tap) for all taps of output voxel o that lie inside the volume.
template <class F> void taps(ConvolutionShape const& s, Matrix const& o, F const& f) {
    index_t const pad = (s.filter - 1) / 2;
    index_t low[3], high[3];
    for (int d = 0; d < 3; ++d) {
        index_t const first = s.stride * o[d] - pad;
        low[d] = std::max<index_t>(0, -first);
        high[d] = std::min(s.filter, s.input[d] - first);
    }
    for (index_t a = low[0]; a < high[0]; ++a)
        for (index_t b = low[1]; b < high[1]; ++b)
            for (index_t c = low[2]; c < high[2]; ++c) {
                index_t const z = s.stride * o[0] + a - pad, y = s.stride * o[1] + b - pad, x = s.stride * o[2] + c - pad;
                f((z * s.input[1] + y) * s.input[2] + x, (a * s.filter + b) * s.filter + c);
            }
}

// [out, in, tap] to [tap, in, out]: the innermost loop runs over outputs.
std::vector<real> taps_first(ConvolutionShape const& s, real const* w) {
    index_t const n = s.filter * s.filter * s.filter;
    std::vector<real> r(static_cast<std::size_t>(n * s.in * s.out));
    for (index_t o = 0; o < s.out; ++o)
        for (index_t i = 0; i < s.in; ++i)
            for (index_t t = 0; t < n; ++t) r[static_cast<std::size_t>((t * s.in + i) * s.out + o)] = w[(o * s.in + i) * n + t];
    return r;
}

} // namespace

void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    if (rehearsed(s, y.stream())) return;
    auto const weights = taps_first(s, w.data());
    auto const m = s.output();
#pragma omp parallel for collapse(2)
    for (index_t z = 0; z < m[0]; ++z)
        for (index_t r = 0; r < m[1]; ++r)
            for (index_t c = 0; c < m[2]; ++c) {
                real* const to = y.data() + ((z * m[1] + r) * m[2] + c) * s.out;
                for (index_t o = 0; o < s.out; ++o) to[o] = bias.size() ? bias.data()[o] : 0;
                taps(s, {z, r, c}, [&](index_t voxel, index_t tap) {
                    for (index_t i = 0; i < s.in; ++i) {
                        real const value = x.data()[voxel * s.in + i];
                        real const* const row = weights.data() + (tap * s.in + i) * s.out;
                        for (index_t o = 0; o < s.out; ++o) to[o] += row[o] * value;
                    }
                });
            }
}

void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    if (rehearsed(s, gy.stream())) return;
    auto const weights = taps_first(s, w.data());
    auto const m = s.output();
    gx.zero();
    // Input channels share nothing, so that they can go in parallel.
#pragma omp parallel for
    for (index_t i = 0; i < s.in; ++i)
        for (index_t v = 0; v < m[0] * m[1] * m[2]; ++v) {
            real const* const from = gy.data() + v * s.out;
            taps(s, {v / m[2] / m[1], v / m[2] % m[1], v % m[2]}, [&](index_t voxel, index_t tap) {
                real const* const row = weights.data() + (tap * s.in + i) * s.out;
                real sum = 0;
                for (index_t o = 0; o < s.out; ++o) sum += row[o] * from[o];
                gx.data()[voxel * s.in + i] += sum;
            });
        }
}

void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    if (rehearsed(s, gy.stream())) return;
    auto const m = s.output();
    index_t const n = s.filter * s.filter * s.filter;
#pragma omp parallel for
    for (index_t i = 0; i < s.in; ++i) {
        std::vector<real> sums(static_cast<std::size_t>(n * s.out));
        for (index_t v = 0; v < m[0] * m[1] * m[2]; ++v) {
            real const* const from = gy.data() + v * s.out;
            taps(s, {v / m[2] / m[1], v / m[2] % m[1], v % m[2]}, [&](index_t voxel, index_t tap) {
                real const value = x.data()[voxel * s.in + i];
                real* const row = sums.data() + tap * s.out;
                for (index_t o = 0; o < s.out; ++o) row[o] += value * from[o];
            });
        }
        for (index_t o = 0; o < s.out; ++o)
            for (index_t t = 0; t < n; ++t) gw.data()[(o * s.in + i) * n + t] += sums[static_cast<std::size_t>(t * s.out + o)];
    }
    for (index_t o = 0; o < gbias.size(); ++o)
        for (index_t v = 0; v < m[0] * m[1] * m[2]; ++v) gbias.data()[o] += gy.data()[v * s.out + o];
}

} // namespace tessera::convolution::host
