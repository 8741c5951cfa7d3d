// Layers: operations with their parameters.
#pragma once

#include "nn/parameter.h"
#include "nn/reach.h"
#include "nn/tape.h"

namespace tessera {

/// How the weights of a layer start.
enum class Start {
    he,  ///< random, for a result of about the input's variance
    zero
};

/// A convolution with a bias, which starts at 0.
class Conv3d {
public:
    /// Adds name + ".weight" and name + ".bias". `gain` multiplies random weights. Throws Error for an even kernel.
    Conv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t kernel, index_t stride = 1,
        Start start = Start::he, double gain = 1);
    Var operator()(Tape& tape, Var const& x) const;
    Interval needs(Interval out) const { return through_convolution(out, kernel_, stride_); }

private:
    index_t kernel_, stride_;
    Parameter weight_, bias_;
};

} // namespace tessera
