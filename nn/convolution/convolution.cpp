#include "nn/convolution/convolution.h"

#include "nn/convolution/slabs.h"

namespace tessera::convolution {
namespace {

// cuDNN's functions refuse maps of 2^31 elements.
constexpr Library kCudnn{cuda::forward, cuda::backward_data, cuda::backward_weights, (index_t{1} << 31) - 1};

Shape map_shape(Matrix const& m, index_t channels) { return {m[0], m[1], m[2], channels}; }

void check(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    require(s.filter % 2 == 1 && s.filter > 0 && s.stride >= 1, "convolution: filter {}, stride {}; expected an odd filter", s.filter,
        s.stride);
    bool const fits = (x.size() == 0 || x.shape() == map_shape(s.input, s.in)) && (w.size() == 0 || w.shape() == s.weights()) &&
        (bias.size() == 0 || bias.shape() == Shape{s.out}) && y.shape() == map_shape(s.output(), s.out);
    require(fits, "convolution: input {}, weights {}, bias {}, output {}; expected {}, {}, [{}], {}", x.shape().str(), w.shape().str(),
        bias.shape().str(), y.shape().str(), map_shape(s.input, s.in).str(), s.weights().str(), s.out, map_shape(s.output(), s.out).str());
}

} // namespace

bool rehearsed(ConvolutionShape const& s, Stream stream) {
    if (!stream.rehearsal) return false;
    auto const m = s.output();
    stream.rehearsal->convolution += static_cast<double>(m[0] * m[1] * m[2] * s.weights().size());
    return true;
}

void forward(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y) {
    check(s, x, w, bias, y);
    y.device() == Device::cuda ? forward(kCudnn, s, x, w, bias, y) : host::forward(s, x, w, bias, y);
}

void backward_data(ConvolutionShape const& s, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx) {
    check(s, gx, w, {}, gy);
    gy.device() == Device::cuda ? backward_data(kCudnn, s, w, gy, gx) : host::backward_data(s, w, gy, gx);
}

void backward_weights(ConvolutionShape const& s, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias) {
    check(s, x, gw, gbias, gy);
    gy.device() == Device::cuda ? backward_weights(kCudnn, s, x, gy, gw, gbias) : host::backward_weights(s, x, gy, gw, gbias);
}

} // namespace tessera::convolution
