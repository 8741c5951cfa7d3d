// One level of the wavelet transform against its definition, and what makes it a wavelet transform.
#include "core/arrays/tensor.h"
#include "kernels/compressed_sensing/wavelet.h"
#include "tests/support/devices.h"

#include <algorithm>
#include <array>

using namespace tessera;
using namespace tessera::test;

namespace {

using Box = std::array<index_t, 3>;
index_t voxels(Box const& m) { return m[0] * m[1] * m[2]; }

Tensor<complex> analysis(Tensor<complex> const& x, Box const& box, int axis, index_t shift, int moments) {
    auto const y = x.clone(); // keeps what lies outside of the box
    enqueue(x.stream(), WaveletAnalysis{x.view<3>(), y.view<3>(), {box[0], box[1], box[2]}, axis, shift, daubechies(moments)});
    return y;
}
Tensor<complex> synthesis(Tensor<complex> const& y, Box const& box, int axis, index_t shift, int moments) {
    auto const x = y.clone();
    enqueue(y.stream(), WaveletSynthesis{y.view<3>(), x.view<3>(), {box[0], box[1], box[2]}, axis, shift, daubechies(moments)});
    return x;
}

// The definition along one axis, in double: correlation with the filters on a circle, every other value kept.
std::vector<Complex<double>> expected_line(std::vector<Complex<double>> const& line, index_t shift, int moments) {
    auto const filter = daubechies(moments);
    auto const n = static_cast<index_t>(line.size()), pairs = n / 2, circle = 2 * pairs;
    auto const x = [&](index_t p) { return line[static_cast<std::size_t>((p + shift) % n)]; };
    std::vector<Complex<double>> y(line.size());
    for (index_t k = 0; k < pairs; ++k)
        for (int t = 0; t < filter.taps; ++t) {
            double const low = filter.low[t], high = (t % 2 ? -1.0 : 1.0) * filter.low[filter.taps - 1 - t];
            auto const value = x((2 * k + t) % circle);
            y[static_cast<std::size_t>(k)] += low * value;
            y[static_cast<std::size_t>(n - pairs + k)] += high * value;
        }
    if (n % 2) y[static_cast<std::size_t>(pairs)] = x(n - 1);
    return y;
}

std::vector<complex> expected_analysis(std::vector<complex> const& x, Box const& shape, Box const& box, int axis, index_t shift,
    int moments) {
    std::vector<complex> y = x;
    index_t const pitch = axis == 0 ? shape[1] * shape[2] : axis == 1 ? shape[2] : 1;
    for (index_t i = 0; i < voxels(shape); ++i) {
        Box const at{i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2]};
        auto const a = static_cast<std::size_t>(axis);
        if (at[0] >= box[0] || at[1] >= box[1] || at[2] >= box[2] || at[a] != 0) continue;
        std::vector<Complex<double>> line;
        auto const index = [&](index_t p) { return static_cast<std::size_t>(i + p * pitch); };
        for (index_t p = 0; p < box[a]; ++p) line.push_back({x[index(p)].re, x[index(p)].im});
        line = expected_line(line, shift, moments);
        for (index_t p = 0; p < box[a]; ++p) {
            auto const value = line[static_cast<std::size_t>(p)];
            y[index(p)] = {static_cast<real>(value.re), static_cast<real>(value.im)};
        }
    }
    return y;
}

} // namespace

TEST_CASE("Daubechies' filters are orthonormal and their high-pass annihilates polynomials", "[wavelet]") {
    int const moments = GENERATE(2, 3, 4);
    auto const filter = daubechies(moments);
    REQUIRE(filter.taps == 2 * moments);
    double const close = tolerance(3e-6, 1e-13);
    for (int lag = 0; lag < filter.taps; lag += 2) {
        double low = 0, cross = 0;
        for (int t = 0; t + lag < filter.taps; ++t) {
            low += static_cast<double>(filter.low[t]) * filter.low[t + lag];
            cross += static_cast<double>(filter.low[t]) * filter.high(t + lag);
        }
        CHECK(low == Approx(lag == 0 ? 1 : 0).margin(close));
        CHECK(cross == Approx(0).margin(close));
    }
    for (int power = 0; power <= moments; ++power) {
        double moment = 0, size = 0;
        for (int t = 0; t < filter.taps; ++t) {
            moment += filter.high(t) * std::pow(t, power);
            size += std::abs(filter.high(t)) * std::pow(t, power);
        }
        if (power < moments)
            CHECK(std::abs(moment) < close * size);
        else
            CHECK(std::abs(moment) > 1e-3 * size); // and not of the next degree
    }
    CHECK_THROWS_AS(daubechies(5), std::invalid_argument);
}

TEST_CASE("analysis is the filter bank of its definition, synthesis its inverse, norms are kept", "[wavelet]") {
    Context const ctx = each_device();
    struct Case {
        Box shape, box;
    };
    auto const [shape, box] = GENERATE(values<Case>(
        {{{1, 1, 1}, {1, 1, 1}}, {{2, 3, 5}, {2, 3, 5}}, {{3, 2, 7}, {3, 2, 7}}, {{5, 7, 2}, {5, 7, 2}}, {{7, 4, 3}, {7, 4, 3}},
            {{4, 5, 6}, {3, 4, 5}}, {{1, 9, 13}, {1, 5, 7}}, {{3, 3, 8}, {3, 3, 8}}, {{0, 3, 2}, {0, 3, 2}}, {{2, 3, 4}, {2, 3, 0}}}));
    int const moments = GENERATE(2, 3, 4);
    auto const values = random_complex(static_cast<std::size_t>(voxels(shape)), 3);
    auto const x = Tensor<complex>::from(ctx, {shape[0], shape[1], shape[2]}, values);
    double const close = tolerance(1e-6, 1e-14);
    for (int axis = 0; axis < 3; ++axis) {
        index_t const length = box[static_cast<std::size_t>(axis)];
        for (index_t const shift : {index_t{0}, index_t{1}, length - 1}) {
            if (shift < 0 || shift >= std::max<index_t>(length, 1)) continue;
            CAPTURE(shape, box, axis, shift, moments);
            auto const y = analysis(x, box, axis, shift, moments);
            auto const found = y.to_host();
            CHECK(relative_error(found, expected_analysis(values, shape, box, axis, shift, moments)) < close);
            CHECK(relative_error(synthesis(y, box, axis, shift, moments).to_host(), values) < close);
            CHECK(inner(found, found).re == Approx(inner(values, values).re).epsilon(close).margin(1e-30));
        }
    }
}

TEST_CASE("on the CPU rows and lines of more than one piece are filtered whole", "[wavelet]") {
    Context const ctx;
    auto const shape = GENERATE(Box{3, 4, 523}, Box{2, 301, 300}, Box{37, 3, 257}, Box{33, 35, 31});
    int const moments = GENERATE(2, 3, 4);
    auto const values = random_complex(static_cast<std::size_t>(voxels(shape)), 3);
    auto const x = Tensor<complex>::from(ctx, {shape[0], shape[1], shape[2]}, values);
    for (int axis = 0; axis < 3; ++axis) {
        index_t const shift = shape[static_cast<std::size_t>(axis)] / 3;
        auto const y = analysis(x, shape, axis, shift, moments);
        CHECK(relative_error(y.to_host(), expected_analysis(values, shape, shape, axis, shift, moments)) < tolerance(1e-6, 1e-14));
        CHECK(relative_error(synthesis(y, shape, axis, shift, moments).to_host(), values) < tolerance(1e-6, 1e-14));
    }
}

TEST_CASE("the matrix of one level is orthogonal at every length", "[wavelet]") {
    Context const ctx;
    int const moments = GENERATE(2, 3, 4);
    for (index_t const n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16}) {
        std::vector<std::vector<complex>> columns;
        for (index_t i = 0; i < n; ++i) {
            auto const e = Tensor<complex>::zeros(ctx, {1, 1, n});
            e.data()[i] = {1, 0};
            columns.push_back(analysis(e, {1, 1, n}, 2, 0, moments).to_host());
        }
        for (std::size_t i = 0; i < columns.size(); ++i)
            for (std::size_t j = 0; j <= i; ++j) {
                CAPTURE(n, i, j);
                CHECK(inner(columns[i], columns[j]).re == Approx(i == j ? 1 : 0).margin(tolerance(1e-6, 1e-14)));
            }
    }
}

TEST_CASE("soft-thresholding shortens complex numbers and keeps their phase", "[wavelet]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 20011);
    auto expected = random_complex(static_cast<std::size_t>(n), 1);
    if (n > 1) expected[1] = {};
    auto const x = Tensor<complex>::from(ctx, {n}, expected);
    enqueue(ctx.stream(), SoftThreshold{x.flat(), real(0.9)});
    for (complex& v : expected) {
        double const size = std::hypot(static_cast<double>(v.re), static_cast<double>(v.im)), left = std::max(0.0, size - 0.9);
        v = size > 0 ? static_cast<real>(left / size) * v : complex{};
    }
    CHECK(relative_error(x.to_host(), expected) < tolerance(1e-6, 1e-14));
}
