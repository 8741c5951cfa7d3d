// Small operations on feature maps, against their definitions and against differences.
#include "kernels/arrays/arithmetic.h"
#include "nn/complex_channels.h"
#include "nn/ops/add.h"
#include "nn/ops/append_constants.h"
#include "nn/ops/complex_conv3d.h"
#include "nn/ops/concat.h"
#include "nn/ops/modrelu.h"
#include "nn/ops/scale.h"
#include "nn/ops/two_scales.h"
#include "tests/support/gradient_check.h"

#include <complex>

using namespace tessera;
using namespace tessera::test;

TEST_CASE("add", "[nn]") {
    Context const ctx = each_device();
    auto const a = random_tensor(ctx, {3, 1, 5, 2}, 1), b = random_tensor(ctx, a.shape(), 2);
    auto const first = a.to_host(), second = b.to_host();
    Tape tape(Tape::Mode::skip);
    auto const y = add(tape, Var(a), Var(b)).value().to_host();
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == first[i] + second[i]);
    CHECK(a.to_host() == first); // held here, and so not overwritten
    CHECK(b.to_host() == second);
    check_gradients({a, b}, ParameterList(ctx, true), [](Tape& t, std::vector<Var> const& v) { return add(t, v[0], v[1]); });
    CHECK_THROWS_WITH(add(tape, Var(a), Var(Tensor<real>(ctx, {3, 1, 5, 1}))), Catch::Matchers::Contains("[3, 1, 5, 1]"));

    Var held(a.clone());
    real const* const memory = held.value().data();
    CHECK(add(tape, Var(b), std::move(held)).value().data() == memory); // the one that nobody holds takes the sum
}

TEST_CASE("a value used twice gets the sum of its gradients", "[nn]") {
    Context const ctx = each_device();
    auto const x = random_tensor(ctx, {2, 3, 1, 3}, 1), g = random_tensor(ctx, x.shape(), 2);
    Tape tape;
    auto const v = tape.variable(x);
    tape.backward(add(tape, add(tape, v, v), v), g); // 3 x
    auto const gradient = v.slot().take().to_host(), given = g.to_host();
    for (std::size_t i = 0; i < given.size(); ++i) CHECK(gradient[i] == Approx(3 * given[i]));
}

TEST_CASE("scale by a constant and by a learned number", "[nn]") {
    Context const ctx = each_device();
    ParameterList parameters(ctx, true);
    auto const a = parameters.add_constant("a", {1}, -1.5);
    auto const n = GENERATE(1, 5, 400);
    auto const x = random_tensor(ctx, {1, n, 3, 1}, 1); // odd sizes, and more than one stretch of the sum
    auto const in = x.to_host();
    Tape tape(Tape::Mode::skip);
    auto const y = scale(tape, Var(x), 2.5).value().to_host(), z = scale(tape, Var(x), a).value().to_host();
    for (std::size_t i = 0; i < in.size(); ++i) {
        CHECK(y[i] == real(2.5) * in[i]);
        CHECK(z[i] == real(-1.5) * in[i]);
    }
    CHECK(x.to_host() == in);
    check_gradients({x}, parameters, [&](Tape& t, std::vector<Var> const& v) { return scale(t, scale(t, v[0], a), 0.5); });
    CHECK_THROWS_WITH(scale(tape, Var(x), parameters.add_constant("two", {2}, 1)), Catch::Matchers::Contains("\"two\""));
}

TEST_CASE("concat puts the channels of one map after those of the other", "[nn]") {
    Context const ctx = each_device();
    auto const [m, n] = GENERATE(table<index_t, index_t>({{1, 1}, {3, 2}, {1, 4}}));
    auto const a = random_tensor(ctx, {3, 1, 5, m}, 1), b = random_tensor(ctx, {3, 1, 5, n}, 2);
    auto const first = a.to_host(), second = b.to_host();
    Tape tape(Tape::Mode::skip);
    auto const y = concat(tape, Var(a), Var(b));
    REQUIRE(y.shape() == Shape{3, 1, 5, m + n});
    auto const found = y.value().to_host();
    for (index_t i = 0; i < y.value().size(); ++i) {
        index_t const voxel = i / (m + n), c = i % (m + n);
        CHECK(found[static_cast<std::size_t>(i)] ==
            (c < m ? first[static_cast<std::size_t>(voxel * m + c)] : second[static_cast<std::size_t>(voxel * n + c - m)]));
    }
    check_gradients({a, b}, ParameterList(ctx, true), [](Tape& t, std::vector<Var> const& v) { return concat(t, v[0], v[1]); });
    CHECK_THROWS_WITH(concat(tape, Var(a), Var(Tensor<real>(ctx, {3, 2, 5, n}))), Catch::Matchers::Contains("[3, 2, 5,"));
}

TEST_CASE("downsample is the mean of each block, upsample its copy, for odd matrices too", "[nn]") {
    Context const ctx = each_device();
    auto const m = GENERATE(Matrix{4, 2, 6}, Matrix{5, 3, 1}, Matrix{1, 1, 1}, Matrix{1, 4, 7});
    Matrix const h = half(m);
    index_t const channels = 3;
    auto const x = random_tensor(ctx, {m[0], m[1], m[2], channels}, 1), small = random_tensor(ctx, {h[0], h[1], h[2], channels}, 2);
    Tape tape(Tape::Mode::skip);
    auto const down = downsample(tape, Var(x)), up = upsample(tape, Var(small), m);
    REQUIRE(down.shape() == small.shape());
    REQUIRE(up.shape() == x.shape());

    // Blocks by their voxels: each fine voxel p belongs to p / 2.
    auto const fine = x.to_host(), coarse = small.to_host(), found = up.value().to_host();
    std::vector<double> sum(coarse.size()), count(coarse.size());
    for (index_t i = 0; i < x.size(); ++i) {
        index_t const c = i % channels, v = i / channels;
        auto const block =
            static_cast<std::size_t>((((v / m[2] / m[1]) / 2 * h[1] + (v / m[2] % m[1]) / 2) * h[2] + (v % m[2]) / 2) * channels + c);
        sum[block] += double(fine[static_cast<std::size_t>(i)]);
        count[block] += 1;
        CHECK(found[static_cast<std::size_t>(i)] == coarse[block]);
    }
    auto const means = down.value().to_host();
    for (std::size_t i = 0; i < means.size(); ++i) CHECK(means[i] == Approx(sum[i] / count[i]).margin(1e-6));

    ParameterList const none(ctx, true);
    check_gradients({x}, none, [](Tape& t, std::vector<Var> const& v) { return downsample(t, v[0]); });
    check_gradients({small}, none, [m = m](Tape& t, std::vector<Var> const& v) { return upsample(t, v[0], m); });
    CHECK_THROWS_WITH(upsample(tape, Var(small), {m[0] + 2, m[1], m[2]}), Catch::Matchers::Contains("upsample"));
}

TEST_CASE("modrelu shortens complex numbers and keeps their phase", "[nn]") {
    Context const ctx = each_device();
    ParameterList parameters(ctx, true, 1);
    auto const bias = parameters.add_constant("bias", {3}, 0);
    bias.value.copy_from(Tensor<real>::from(ctx, {3}, std::vector<real>{real(-0.4), 0, real(0.3)}));
    // Magnitudes off the kink at 0.4 and off 0.
    auto const n = GENERATE(1, 200);
    auto values = random_complex(static_cast<std::size_t>(3 * n), 1);
    auto const sizes = random_real(values.size(), 2, 0.5, 1.5);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = ((i % 2 ? sizes[i] : sizes[i] / 5) / abs(values[i])) * values[i];
    auto const x = Tensor<complex>::from(ctx, {1, n, 1, 3}, values).reinterpret<real>({1, n, 1, 6});

    Tape tape(Tape::Mode::skip);
    auto const y = modrelu(tape, Var(x), bias).value().reinterpret<complex>({3 * n}).to_host();
    double const biases[] = {-0.4, 0, 0.3};
    for (std::size_t i = 0; i < y.size(); ++i) {
        std::complex<double> const in{values[i].re, values[i].im};
        auto const expected = std::polar(std::max(std::abs(in) + biases[i % 3], 0.0), std::arg(in));
        CHECK(std::abs(std::complex<double>(y[i].re, y[i].im) - expected) < tolerance(1e-6, 1e-14));
    }
    check_gradients({x}, parameters, [&](Tape& t, std::vector<Var> const& v) { return modrelu(t, v[0], bias); });
    CHECK_THROWS_WITH(modrelu(tape, Var(random_tensor(ctx, {1, 1, 1, 4}, 1)), bias), Catch::Matchers::Contains("3 biases"));
}

TEST_CASE("modrelu is finite at 0 and near it", "[nn]") {
    Context const ctx = each_device();
    ParameterList parameters(ctx, true, 1);
    auto const bias = parameters.add_constant("bias", {3}, 0);
    bias.value.copy_from(Tensor<real>::from(ctx, {3}, std::vector<real>{real(-0.5), 0, real(0.5)}));
    real const tiny = real(1e-15);
    auto const x = Tensor<real>::from(ctx, {1, 1, 2, 6}, std::vector<real>{0, 0, 0, 0, 0, 0, tiny, 0, tiny, 0, tiny, tiny});
    Tape tape;
    auto const v = tape.variable(x);
    auto const y = modrelu(tape, v, bias);
    for (real const value : y.value().to_host()) CHECK(std::isfinite(value));
    Tensor<real> const ones(ctx, x.shape());
    enqueue(ones.stream(), Fill{ones.flat(), 1});
    tape.backward(y, ones);
    auto const g = v.slot().take().to_host();
    for (real const value : g) CHECK(std::isfinite(value));
    CHECK(std::vector<real>(g.begin(), g.begin() + 6) == std::vector<real>{0, 0, 1, 1, 1, 1});
    for (real const value : bias.gradient.to_host()) CHECK(std::isfinite(value));
}

TEST_CASE("a complex convolution is one with complex numbers", "[nn]") {
    Context const ctx = each_device();
    auto const [filter, stride, in, out, m] = GENERATE(table<index_t, index_t, index_t, index_t, Matrix>(
        {{3, 1, 2, 3, Matrix{3, 4, 5}}, {1, 1, 1, 2, Matrix{2, 1, 3}}, {3, 2, 3, 1, Matrix{5, 4, 1}}, {5, 1, 1, 1, Matrix{1, 3, 2}}}));
    ParameterList parameters(ctx, true, 5);
    Shape const shape{out, in, filter, filter, filter};
    index_t const fan_in = in * filter * filter * filter;
    auto const re = parameters.add_he("re", shape, fan_in), im = parameters.add_he("im", shape, fan_in);
    auto const bias = parameters.add_he("bias", {2 * out}, 6);
    auto const x = random_tensor(ctx, {m[0], m[1], m[2], 2 * in}, 1);

    // y(o, r) = bias(o) + sum_{i, d} w(o, i, d) x(i, stride r + d - pad).
    auto const values = x.reinterpret<complex>({x.size() / 2}).to_host();
    auto const wr = re.value.to_host(), wi = im.value.to_host(), b = bias.value.to_host();
    std::vector<std::complex<double>> expected;
    for (index_t z = 0; z < m[0]; z += stride)
        for (index_t r = 0; r < m[1]; r += stride)
            for (index_t c = 0; c < m[2]; c += stride)
                for (index_t o = 0; o < out; ++o) {
                    std::complex<double> sum(b[static_cast<std::size_t>(2 * o)], b[static_cast<std::size_t>(2 * o + 1)]);
                    for (index_t i = 0; i < in; ++i)
                        for (index_t t = 0; t < filter * filter * filter; ++t) {
                            index_t const pad = filter / 2;
                            index_t const at[3] = {z + t / filter / filter - pad, r + t / filter % filter - pad, c + t % filter - pad};
                            if (at[0] < 0 || at[0] >= m[0] || at[1] < 0 || at[1] >= m[1] || at[2] < 0 || at[2] >= m[2]) continue;
                            auto const w = static_cast<std::size_t>((o * in + i) * filter * filter * filter + t);
                            complex const v = values[static_cast<std::size_t>(((at[0] * m[1] + at[1]) * m[2] + at[2]) * in + i)];
                            sum += std::complex<double>(wr[w], wi[w]) * std::complex<double>(v.re, v.im);
                        }
                    expected.push_back(sum);
                }
    Tape tape(Tape::Mode::skip);
    auto const y = complex_conv3d(tape, Var(x), re, im, &bias, stride).value();
    auto const found = y.reinterpret<complex>({y.size() / 2}).to_host();
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(std::complex<double>(found[i].re, found[i].im) - expected[i]) < tolerance(1e-5, 1e-13));
    check_gradients({x}, parameters,
        [&, s = stride](Tape& t, std::vector<Var> const& v) { return complex_conv3d(t, v[0], re, im, &bias, s); });

    // As any complex-linear map, it commutes with a change of phase.
    auto const turned = [](Tensor<real> const& map) {
        auto v = map.reinterpret<complex>({map.size() / 2}).to_host();
        for (complex& c : v) c = complex{real(0.6), real(0.8)} * c;
        return Tensor<complex>::from(map.context(), {map.size() / 2}, v).reinterpret<real>(map.shape());
    };
    auto const first = complex_conv3d(tape, Var(turned(x)), re, im, nullptr, stride).value().to_host();
    auto const second = turned(complex_conv3d(tape, Var(x), re, im, nullptr, stride).value()).to_host();
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i] == Approx(second[i]).margin(tolerance(1e-5, 1e-13)));
}

TEST_CASE("a complex volume and its map of two channels are the same memory", "[nn]") {
    Context const ctx = each_device();
    auto const values = random_complex(2 * 3 * 5, 1);
    auto const volume = Tensor<complex>::from(ctx, {2, 3, 5}, values);
    auto const map = as_channels(volume);
    CHECK(map.shape() == Shape{2, 3, 5, 2});
    auto const parts = map.to_host();
    for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(parts[2 * i] == values[i].re);
        CHECK(parts[2 * i + 1] == values[i].im);
    }
    CHECK(as_complex(map).data() == volume.data());
    CHECK_THROWS_WITH(as_complex(random_tensor(ctx, {2, 3, 5, 3}, 1)), Catch::Matchers::Contains("[2, 3, 5, 3]"));
}

TEST_CASE("numbers appended as constant channels", "[nn]") {
    Context const ctx = each_device();
    auto const x = random_tensor(ctx, {2, 1, 5, 2}, 1);
    std::vector<double> const told{0.5, -2, 3};
    Tape tape(Tape::Mode::skip);
    auto const y = append_constants(tape, Var(x), told).value();
    CHECK(y.shape() == Shape{2, 1, 5, 5});
    auto const in = x.to_host(), out = y.to_host();
    for (std::size_t v = 0; v < 10; ++v)
        for (std::size_t c = 0; c < 5; ++c) CHECK(out[5 * v + c] == (c < 2 ? in[2 * v + c] : static_cast<real>(told[c - 2])));
    CHECK(append_constants(tape, Var(x), {}).value().data() == x.data());
    check_gradients({x}, ParameterList(ctx, true), [&](Tape& t, std::vector<Var> const& v) { return append_constants(t, v[0], told); });
    CHECK_THROWS_WITH(append_constants(tape, Var(Tensor<real>(ctx, {3, 2})), told), Catch::Matchers::Contains("[3, 2]"));
}
