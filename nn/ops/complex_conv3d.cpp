#include "nn/ops/complex_conv3d.h"

#include "kernels/network/complex_weights.h"
#include "nn/convolution/convolution.h"

namespace tessera {
namespace {

// [out, in, tap].
View<real, 3> taps(Tensor<real> const& w) {
    Shape const s = w.shape();
    return w.reshape({s[0], s[1], s[2] * s[3] * s[4]}).view<3>();
}

} // namespace

Var complex_conv3d(Tape& tape, Var const& x, Parameter const& re, Parameter const& im, Parameter const* bias, index_t stride) {
    Shape const in = x.shape(), w = re.value.shape();
    require(in.rank() == 4 && w.rank() == 5 && im.value.shape() == w, "complex_conv3d: input {}, weights \"{}\" {} and \"{}\" {}", in.str(),
        re.name, w.str(), im.name, im.value.shape().str());
    ConvolutionShape const shape{{in[0], in[1], in[2]}, in[3], 2 * w[0], w[2], stride};
    Tensor<real> const joined(x.context(), {2 * w[0], 2 * w[1], w[2], w[3], w[4]});
    enqueue(joined.stream(), JoinComplexWeights{taps(re.value), taps(im.value), taps(joined)});
    auto const m = shape.output();
    Tensor<real> y(x.context(), {m[0], m[1], m[2], 2 * w[0]});
    convolution::forward(shape, x.value(), joined, bias ? bias->value : Tensor<real>(), y);

    bool const trained = re.trained() && im.trained();
    auto const saved = trained ? x.value() : Tensor<real>();
    auto const bias_gradient = bias ? bias->gradient : Tensor<real>();
    return tape.record(std::move(y), x.slot() || trained, [=, slot = x.slot()](Tensor<real> g) {
        if (trained) {
            auto const sum = Tensor<real>::zeros(g.context(), joined.shape());
            convolution::backward_weights(shape, saved, g, sum, bias_gradient);
            enqueue(g.stream(), AddComplexWeights{taps(sum), taps(re.gradient), taps(im.gradient)});
        }
        if (!slot) return;
        Tensor<real> gx(g.context(), {in[0], in[1], in[2], in[3]});
        convolution::backward_data(shape, joined, g, gx);
        slot.add(std::move(gx));
    });
}

} // namespace tessera
