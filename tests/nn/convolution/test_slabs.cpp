// Convolutions in slabs, with limits of a few planes in place of 2^31 elements.
#include "nn/convolution/slabs.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;
namespace host = convolution::host;

namespace {

Tensor<real> random(Shape const& shape, unsigned seed) {
    return Tensor<real>::from(Context(), shape, random_real(static_cast<std::size_t>(shape.size()), seed));
}

double difference(Tensor<real> const& a, Tensor<real> const& b) {
    REQUIRE(a.shape() == b.shape());
    double error = 0, size = 0;
    auto const x = a.host(), y = b.host();
    for (std::size_t i = 0; i < x.size(); ++i) {
        error += std::pow(double(x[i]) - y[i], 2);
        size += std::pow(double(y[i]), 2);
    }
    return std::sqrt(error / size);
}

// Counts the pieces that a library is given, and refuses those above its limit as cuDNN does.
int pieces = 0;
index_t limit = 0;
void check(Tensor<real> const& a, Tensor<real> const& b) {
    ++pieces;
    require(a.size() <= limit && b.size() <= limit, "{} and {} elements, at most {} are taken", a.size(), b.size(), limit);
}
void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    check(x, y);
    host::forward(s, x, w, bias, y);
}
void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    check(gx, gy);
    host::backward_data(s, w, gy, gx);
}
void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    check(x, gy);
    host::backward_weights(s, x, gy, gw, gbias);
}

} // namespace

TEST_CASE("a convolution in slabs is the convolution, and so are its gradients", "[slabs]") {
    auto const [filter, stride, planes, in, out] = GENERATE(table<index_t, index_t, index_t, index_t, index_t>({{3, 1, 23, 2, 3},
        {5, 1, 14, 3, 2}, {1, 1, 9, 2, 2}, {3, 2, 17, 2, 4}, {5, 2, 22, 3, 2}, {1, 2, 8, 2, 2}, {5, 3, 31, 1, 2}, {3, 1, 1, 2, 2}}));
    ConvolutionShape const s{{planes, 4, 5}, in, out, filter, stride};
    auto const m = s.output();
    Shape const input{planes, 4, 5, in}, output{m[0], m[1], m[2], out};
    auto const x = random(input, 1), w = random(s.weights(), 2), bias = random({out}, 3), gy = random(output, 4);
    auto const gw_before = random(s.weights(), 5), gbias_before = random({out}, 6);
    Context const ctx = x.context();
    Tensor<real> const y(ctx, output), gx(ctx, input), y_slabs(ctx, output), gx_slabs(ctx, input);
    auto const gw = gw_before.clone(), gbias = gbias_before.clone(), gw_slabs = gw_before.clone(), gbias_slabs = gbias_before.clone();
    host::forward(s, x, w, bias, y);
    host::backward_data(s, w, gy, gx);
    host::backward_weights(s, x, gy, gw, gbias);

    index_t const whole = std::max(x.size(), y.size()), plane = std::max(stride * 20 * in, m[1] * m[2] * out);
    index_t const least = plane * (1 + 2 * ((filter / 2 + stride - 1) / stride));
    limit = GENERATE_COPY(whole, whole - 1, (whole + least) / 2, least);
    if (limit < least) return; // one plane of a convolution as thin as this
    pieces = 0;
    convolution::Library const library{forward, backward_data, backward_weights, limit};
    convolution::forward(library, s, x, w, bias, y_slabs);
    convolution::backward_data(library, s, w, gy, gx_slabs);
    convolution::backward_weights(library, s, x, gy, gw_slabs, gbias_slabs);
    CAPTURE(filter, stride, planes, limit, whole);
    CHECK((limit >= whole) == (pieces == 3));
    CHECK(difference(y_slabs, y) < tolerance(1e-6, 1e-14));
    CHECK(difference(gx_slabs, gx) < tolerance(1e-6, 1e-14));
    CHECK(difference(gw_slabs, gw) < tolerance(1e-5, 1e-13));
    CHECK(difference(gbias_slabs, gbias) < tolerance(1e-5, 1e-13));
}

TEST_CASE("slabs with a limit below a plane and its neighbours are refused", "[slabs]") {
    ConvolutionShape const s{{9, 4, 5}, 2, 2, 3, 1};
    auto const x = random({9, 4, 5, 2}, 1), w = random(s.weights(), 2);
    Tensor<real> const y(x.context(), x.shape());
    CHECK_THROWS_WITH(convolution::forward({forward, backward_data, backward_weights, 119}, s, x, w, {}, y),
        "convolution: 3 planes of 40 elements each do not fit 119 elements, the most that the library takes");
}
