#include "nn/ops/conv3d.h"

#include "nn/convolution/convolution.h"

namespace tessera {

Var conv3d(Tape& tape, Var const& x, Parameter const& weight, Parameter const* bias, index_t stride) {
    Shape const in = x.shape(), w = weight.value.shape();
    require(in.rank() == 4 && w.rank() == 5, "conv3d: input {}, weight \"{}\" {}; expected [z, y, x, in] and [out, in, k, k, k]", in.str(),
        weight.name, w.str());
    ConvolutionShape const shape{{in[0], in[1], in[2]}, in[3], w[0], w[2], stride};
    auto const out = shape.output();
    Tensor<real> y(x.context(), {out[0], out[1], out[2], w[0]});
    convolution::forward(shape, x.value(), weight.value, bias ? bias->value : Tensor<real>(), y);

    auto const saved = weight.trained() ? x.value() : Tensor<real>();
    auto const bias_gradient = bias ? bias->gradient : Tensor<real>();
    return tape.record(std::move(y), x.slot() || weight.trained(), [=, slot = x.slot(), context = x.context()](Tensor<real> g) {
        if (weight.trained()) convolution::backward_weights(shape, saved, g, weight.gradient, bias_gradient);
        if (!slot) return;
        Tensor<real> gx(context, {in[0], in[1], in[2], in[3]});
        convolution::backward_data(shape, weight.value, g, gx);
        slot.add(std::move(gx));
    });
}

} // namespace tessera
