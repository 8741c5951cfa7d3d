// Convolutions of the host by the definition, for builds in double. Every voxel adds its terms in the same order wherever it lies, so
// that a patch gives the bits of the whole volume.
#include "nn/convolution/convolution.h"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace tessera::convolution::host {
namespace {

index_t pad(ConvolutionShape const& s) { return (s.filter - 1) / 2; }
index_t taps(ConvolutionShape const& s) { return s.filter * s.filter * s.filter; }

// f(first, how many) for channels in pieces whose number the compiler knows: their sums stay in registers.
template <class F> void in_pieces(index_t channels, F const& f) {
    index_t c = 0;
    for (; c + 8 <= channels; c += 8) f(c, std::integral_constant<int, 8>());
    for (; c + 4 <= channels; c += 4) f(c, std::integral_constant<int, 4>());
    for (; c + 2 <= channels; c += 2) f(c, std::integral_constant<int, 2>());
    for (; c < channels; ++c) f(c, std::integral_constant<int, 1>());
}

// Output voxels first ... last - 1 of a row have an input voxel under tap c: the one at stride * output + c - pad.
struct RowUnderTap {
    index_t first, last;
    RowUnderTap(ConvolutionShape const& s, index_t c) {
        index_t const shift = c - pad(s);
        first = shift < 0 ? (-shift + s.stride - 1) / s.stride : 0;
        last = shift < s.input[2] ? std::min(s.output()[2], (s.input[2] - 1 - shift) / s.stride + 1) : 0;
    }
};

// The input voxel under a tap of an output voxel along axis d; -1 outside.
index_t under(ConvolutionShape const& s, std::size_t d, index_t output, index_t tap) {
    index_t const i = s.stride * output + tap - pad(s);
    return i >= 0 && i < s.input[d] ? i : -1;
}

// The output voxel that has an input voxel under a tap; -1 where there is none.
index_t over(ConvolutionShape const& s, std::size_t d, index_t input, index_t tap) {
    index_t const i = input + pad(s) - tap;
    return i >= 0 && i % s.stride == 0 && i / s.stride < s.output()[d] ? i / s.stride : -1;
}

// Voxels of a row: `channels` numbers each, `step` numbers from one to the next.
template <class T> struct Row {
    T* data;
    index_t channels, step;
};

template <int n> void add_product_piece(Row<real> to, Row<real const> from, index_t count, real const* w, index_t first) {
    for (index_t i = 0; i < count; ++i) {
        real* const sums_at = to.data + i * to.step + first;
        real const* const values = from.data + i * from.step;
        real sums[n];
        for (int k = 0; k < n; ++k) sums[k] = sums_at[k];
        for (index_t c = 0; c < from.channels; ++c)
#pragma omp simd
            for (int k = 0; k < n; ++k) sums[k] += values[c] * w[c * to.channels + first + k];
        for (int k = 0; k < n; ++k) sums_at[k] = sums[k];
    }
}

// to += from * w for `count` voxels; w is [channels of from, channels of to].
void add_product(Row<real> to, Row<real const> from, index_t count, real const* w) {
    in_pieces(to.channels, [=](index_t first, auto n) { add_product_piece<n>(to, from, count, w, first); });
}

template <int m, int n> void add_outer_product_piece(Row<real const> x, Row<real const> g, index_t count, real* to) {
    real sums[m][n] = {};
    for (index_t i = 0; i < count; ++i)
        for (int a = 0; a < m; ++a)
#pragma omp simd
            for (int b = 0; b < n; ++b) sums[a][b] += x.data[i * x.step + a] * g.data[i * g.step + b];
    for (int a = 0; a < m; ++a)
        for (int b = 0; b < n; ++b) to[a * g.channels + b] += sums[a][b];
}

// to[a, b] += sum over `count` voxels of x[a] * g[b].
void add_outer_products(Row<real const> x, Row<real const> g, index_t count, real* to) {
    in_pieces(g.channels, [=](index_t b, auto n) {
        in_pieces(x.channels, [=](index_t a, auto m) {
            add_outer_product_piece<m, n>({x.data + a, x.channels, x.step}, {g.data + b, g.channels, g.step}, count,
                to + a * g.channels + b);
        });
    });
}

// [out, in, tap] as [tap, in, out] or, for the adjoint, [tap, out, in].
std::vector<real> taps_first(ConvolutionShape const& s, real const* w, bool adjoint) {
    std::vector<real> r(static_cast<std::size_t>(taps(s) * s.in * s.out));
    for (index_t o = 0; o < s.out; ++o)
        for (index_t i = 0; i < s.in; ++i)
            for (index_t t = 0; t < taps(s); ++t, ++w)
                r[static_cast<std::size_t>(adjoint ? (t * s.out + o) * s.in + i : (t * s.in + i) * s.out + o)] = *w;
    return r;
}

} // namespace

void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    if (rehearsed(s, y.stream())) return;
    auto const weights = taps_first(s, w.data(), false);
    auto const m = s.output();
#pragma omp parallel for
    for (index_t row = 0; row < m[0] * m[1]; ++row) {
        real* const to = y.data() + row * m[2] * s.out;
        for (index_t i = 0; i < m[2] * s.out; ++i) to[i] = bias.size() ? bias.data()[i % s.out] : 0;
        for (index_t t = 0; t < taps(s); ++t) {
            index_t const c = t % s.filter;
            index_t const z = under(s, 0, row / m[1], t / s.filter / s.filter), q = under(s, 1, row % m[1], t / s.filter % s.filter);
            RowUnderTap const range(s, c);
            if (z < 0 || q < 0 || range.last <= range.first) continue;
            real const* const from = x.data() + ((z * s.input[1] + q) * s.input[2] + s.stride * range.first + c - pad(s)) * s.in;
            add_product({to + range.first * s.out, s.out, s.out}, {from, s.in, s.stride * s.in}, range.last - range.first,
                weights.data() + t * s.in * s.out);
        }
    }
}

void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    if (rehearsed(s, gy.stream())) return;
    auto const weights = taps_first(s, w.data(), true);
    auto const m = s.output(), n = s.input;
#pragma omp parallel for
    for (index_t row = 0; row < n[0] * n[1]; ++row) {
        real* const to = gx.data() + row * n[2] * s.in;
        std::fill_n(to, n[2] * s.in, real(0));
        for (index_t t = 0; t < taps(s); ++t) {
            index_t const c = t % s.filter;
            index_t const z = over(s, 0, row / n[1], t / s.filter / s.filter), q = over(s, 1, row % n[1], t / s.filter % s.filter);
            RowUnderTap const range(s, c);
            if (z < 0 || q < 0 || range.last <= range.first) continue;
            real const* const from = gy.data() + ((z * m[1] + q) * m[2] + range.first) * s.out;
            add_product({to + (s.stride * range.first + c - pad(s)) * s.in, s.in, s.stride * s.in}, {from, s.out, s.out},
                range.last - range.first, weights.data() + t * s.in * s.out);
        }
    }
}

void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    if (rehearsed(s, gy.stream())) return;
    auto const m = s.output();
#pragma omp parallel for
    for (index_t t = 0; t < taps(s); ++t) { // taps share nothing, so that sums do not depend on the number of threads
        std::vector<real> sums(static_cast<std::size_t>(s.in * s.out));
        index_t const c = t % s.filter;
        RowUnderTap const range(s, c);
        for (index_t row = 0; row < m[0] * m[1] && range.first < range.last; ++row) {
            index_t const z = under(s, 0, row / m[1], t / s.filter / s.filter), q = under(s, 1, row % m[1], t / s.filter % s.filter);
            if (z < 0 || q < 0) continue;
            real const* const from = x.data() + ((z * s.input[1] + q) * s.input[2] + s.stride * range.first + c - pad(s)) * s.in;
            add_outer_products({from, s.in, s.stride * s.in}, {gy.data() + (row * m[2] + range.first) * s.out, s.out, s.out},
                range.last - range.first, sums.data());
        }
        for (index_t i = 0; i < s.in * s.out; ++i)
            gw.data()[((i % s.out) * s.in + i / s.out) * taps(s) + t] += sums[static_cast<std::size_t>(i)];
    }
    for (index_t v = 0; v < m[0] * m[1] * m[2]; ++v)
        for (index_t o = 0; o < gbias.size(); ++o) gbias.data()[o] += gy.data()[v * s.out + o];
}

} // namespace tessera::convolution::host
