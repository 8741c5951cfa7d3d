#include "nn/ops/append_constants.h"

#include "kernels/network/add_bias.h"
#include "kernels/network/convolution_weights.h"
#include "nn/ops/concat.h"

#include <vector>

namespace tessera {

Var append_constants(Tape& tape, Var const& x, std::span<double const> values) {
    Shape const s = x.shape();
    require(s.rank() == 4, "append_constants: a map of shape {}, expected [z, y, x, channel]", s.str());
    if (values.empty()) return x;
    auto const n = static_cast<index_t>(values.size()), voxels = s[0] * s[1] * s[2];
    auto const numbers = Tensor<real>::from(x.context(), {n}, std::vector<real>(values.begin(), values.end()));
    auto const maps = Tensor<real>::zeros(x.context(), {s[0], s[1], s[2], n});
    enqueue(maps.stream(), AddBias{numbers.flat(), maps.reshape({voxels, n}).view<2>()});
    return concat(tape, x, Var(maps));
}

} // namespace tessera
