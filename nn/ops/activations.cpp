#include "nn/ops/activations.h"

#include "kernels/network/activations.h"
#include "nn/ops/reuse.h"

namespace tessera {

Var leaky_relu(Tape& tape, Var x, double slope) {
    require(slope >= 0 && slope < 1, "leaky_relu: slope {}, expected at least 0 and below 1", slope);
    auto const slot = x.slot();
    auto const in = std::move(x).release();
    auto const y = reuse_or_new(in);
    auto const s = static_cast<real>(slope);
    enqueue(y.stream(), LeakyRelu{in.flat(), s, y.flat()});
    return tape.record(y, bool(slot), [=](Tensor<real> g) {
        if (!g.unique()) g = g.clone();
        enqueue(g.stream(), LeakyReluPullback{y.flat(), s, g.flat()});
        slot.add(std::move(g));
    });
}

} // namespace tessera
