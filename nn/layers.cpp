#include "nn/layers.h"

#include "nn/ops/activations.h"
#include "nn/ops/complex_conv3d.h"
#include "nn/ops/conv3d.h"
#include "nn/ops/modrelu.h"

namespace tessera {
namespace {

// `gain` 1 is for random weights of variance 2 / (in taps).
Parameter add_weight(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t filter, Start start,
    double gain) {
    require(filter > 0 && filter % 2 == 1, "network: \"{}\" has a filter of {} voxels (\"kernel\"), expected an odd number", name, filter);
    Shape const shape{out, in, filter, filter, filter};
    if (start == Start::zero) return parameters.add_constant(name, shape, 0, true);
    return parameters.add_he(name, shape, in * filter * filter * filter, gain);
}

} // namespace

Conv3d::Conv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t filter, index_t stride, Start start,
    double gain)
    : filter_(filter), stride_(stride), weight_(add_weight(parameters, name + ".weight", in, out, filter, start, gain)) {
    bias_ = parameters.add_constant(name + ".bias", {out}, 0);
}

Var Conv3d::operator()(Tape& tape, Var const& x) const { return conv3d(tape, x, weight_, &bias_, stride_); }

// modReLU lets nearly all of a map through, where a ReLU stops half: the mean of |w|^2 is 1 / (in taps), half of it in each part.
ComplexConv3d::ComplexConv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t filter, index_t stride,
    Start start, double gain)
    : filter_(filter), stride_(stride), real_(add_weight(parameters, name + ".weight_real", in, out, filter, start, gain / 2)),
      imaginary_(add_weight(parameters, name + ".weight_imag", in, out, filter, start, gain / 2)) {
    bias_ = parameters.add_constant(name + ".bias", {2 * out}, 0);
}

Var ComplexConv3d::operator()(Tape& tape, Var const& x) const { return complex_conv3d(tape, x, real_, imaginary_, &bias_, stride_); }

Var LeakyReluLayer::operator()(Tape& tape, Var x) const { return leaky_relu(tape, std::move(x), slope_); }

ModReluLayer::ModReluLayer(ParameterList& parameters, std::string const& name, index_t channels, double bias)
    : bias_(parameters.add_constant(name + ".bias", {channels}, bias)) {}

Var ModReluLayer::operator()(Tape& tape, Var x) const { return modrelu(tape, std::move(x), bias_); }

} // namespace tessera
