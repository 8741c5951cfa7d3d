#include "nn/ops/conv3d.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// y(o, r) = bias(o) + sum_{i, d} w(o, i, d) x(i, stride r + d - pad), zero outside.
std::vector<real> by_definition(Shape const& in, std::vector<real> const& x, Shape const& w_shape, std::vector<real> const& w,
    std::vector<real> const& bias, index_t stride) {
    index_t const k = w_shape[2], pad = (k - 1) / 2, channels = in[3];
    std::vector<real> y;
    for (index_t z = 0; z < in[0]; z += stride)
        for (index_t r = 0; r < in[1]; r += stride)
            for (index_t c = 0; c < in[2]; c += stride)
                for (index_t o = 0; o < w_shape[0]; ++o) {
                    double sum = bias[static_cast<std::size_t>(o)];
                    for (index_t i = 0; i < channels; ++i)
                        for (index_t t = 0; t < k * k * k; ++t) {
                            index_t const at[3] = {z + t / k / k - pad, r + t / k % k - pad, c + t % k - pad};
                            if (at[0] < 0 || at[0] >= in[0] || at[1] < 0 || at[1] >= in[1] || at[2] < 0 || at[2] >= in[2]) continue;
                            sum += double(w[static_cast<std::size_t>((o * channels + i) * k * k * k + t)]) *
                                double(x[static_cast<std::size_t>(((at[0] * in[1] + at[1]) * in[2] + at[2]) * channels + i)]);
                        }
                    y.push_back(static_cast<real>(sum));
                }
    return y;
}

} // namespace

TEST_CASE("conv3d is the sum it is defined as, and its gradients agree with differences", "[nn]") {
    Context const ctx = each_device();
    auto const [filter, stride, in, out, matrix] = GENERATE(table<index_t, index_t, index_t, index_t, Matrix>(
        {{3, 1, 2, 5, Matrix{4, 5, 6}}, {1, 1, 3, 2, Matrix{3, 1, 7}}, {5, 1, 1, 2, Matrix{2, 7, 3}}, {3, 2, 4, 3, Matrix{5, 6, 7}},
            {3, 1, 16, 16, Matrix{1, 4, 5}}, {1, 2, 2, 2, Matrix{2, 3, 4}}, {5, 2, 2, 3, Matrix{1, 1, 1}}}));
    ParameterList parameters(ctx, true, 5);
    auto const weight = parameters.add_he("weight", {out, in, filter, filter, filter}, in * filter * filter * filter);
    auto const bias = parameters.add_he("bias", {out}, out);
    auto const x = random_tensor(ctx, {matrix[0], matrix[1], matrix[2], in}, 1);

    Tape tape(Tape::Mode::skip);
    auto const y = conv3d(tape, Var(x), weight, &bias, stride).value().to_host();
    auto const expected = by_definition(x.shape(), x.to_host(), weight.value.shape(), weight.value.to_host(), bias.value.to_host(), stride);
    REQUIRE(y.size() == expected.size());
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == Approx(expected[i]).margin(tolerance(1e-5, 1e-13)));

    check_gradients({x}, parameters, [&, s = stride](Tape& t, std::vector<Var> const& v) { return conv3d(t, v[0], weight, &bias, s); });
    check_gradients({x}, parameters, [&, s = stride](Tape& t, std::vector<Var> const& v) { return conv3d(t, v[0], weight, nullptr, s); });
}

TEST_CASE("conv3d refuses shapes that do not fit", "[nn]") {
    Context const ctx;
    ParameterList parameters(ctx, false);
    auto const weight = parameters.add_constant("weight", {2, 3, 3, 3, 3}, 1), even = parameters.add_constant("even", {2, 3, 2, 2, 2}, 1);
    Tape tape;
    CHECK_THROWS_WITH(conv3d(tape, Var(Tensor<real>(ctx, {4, 4, 4, 2})), weight), Catch::Matchers::Contains("[2, 3, 3, 3, 3]"));
    CHECK_THROWS_WITH(conv3d(tape, Var(Tensor<real>(ctx, {4, 4, 4, 3})), even), Catch::Matchers::Contains("odd"));
    CHECK_THROWS_AS(conv3d(tape, Var(Tensor<real>(ctx, {4, 4, 3})), weight), Error);
}
