#include "nn/layers.h"

#include "nn/ops/conv3d.h"

namespace tessera {

Conv3d::Conv3d(ParameterList& parameters, std::string const& name, index_t in, index_t out, index_t kernel, index_t stride, Start start, double gain)
    : kernel_(kernel), stride_(stride) {
    require(kernel > 0 && kernel % 2 == 1, "network: \"{}\" has a kernel of {} voxels, expected an odd number", name, kernel);
    Shape const shape{out, in, kernel, kernel, kernel};
    weight_ = start == Start::he ? parameters.add_he(name + ".weight", shape, in * kernel * kernel * kernel, gain)
                                 : parameters.add_constant(name + ".weight", shape, 0, true);
    bias_ = parameters.add_constant(name + ".bias", {out}, 0);
}

Var Conv3d::operator()(Tape& tape, Var const& x) const { return conv3d(tape, x, weight_, &bias_, stride_); }

} // namespace tessera
