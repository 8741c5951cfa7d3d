// Layers: operations with their parameters.
#pragma once

#include "nn/parameter.h"
#include "nn/reach.h"
#include "nn/tape.h"

namespace tessera {

/// How the weights of a layer start.
enum class Start {
    he, ///< random, so that maps keep their mean square from activation to activation
    zero
};

/// A convolution with a bias, which starts at 0.
class Conv3d {
public:
    static constexpr std::size_t kParts = 1; ///< real channels of a channel
    /// Adds name + ".weight" and name + ".bias". `gain` multiplies random weights. Throws Error for an even filter.
    Conv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t filter, index_t stride = 1,
        Start start = Start::he, double gain = 1);
    Var operator()(Tape& tape, Var const& x) const;
    Interval needs(Interval out) const { return through_convolution(out, filter_, stride_); }

private:
    index_t filter_, stride_;
    Parameter weight_, bias_;
};

/// A convolution of complex maps with a bias, which starts at 0; channels are counted as complex ones.
class ComplexConv3d {
public:
    static constexpr std::size_t kParts = 2; ///< real channels of a channel
    /// Adds name + ".weight_real", ".weight_imag" and ".bias". Otherwise like Conv3d.
    ComplexConv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t filter, index_t stride = 1,
        Start start = Start::he, double gain = 1);
    Var operator()(Tape& tape, Var const& x) const;
    Interval needs(Interval out) const { return through_convolution(out, filter_, stride_); }

private:
    index_t filter_, stride_;
    Parameter real_, imaginary_, bias_;
};

class LeakyReluLayer {
public:
    explicit LeakyReluLayer(double slope) : slope_(slope) {}
    Var operator()(Tape& tape, Var x) const;

private:
    double slope_;
};

/// modReLU with a bias for each of the complex channels.
class ModReluLayer {
public:
    /// Adds name + ".bias", which starts at `bias`.
    ModReluLayer(ParameterList& parameters, std::string const& name, index_t channels, double bias);
    Var operator()(Tape& tape, Var x) const;

private:
    Parameter bias_;
};

} // namespace tessera
