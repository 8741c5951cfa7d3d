#include "nn/ops/two_scales.h"

#include "kernels/network/halve.h"

namespace tessera {

Var downsample(Tape& tape, Var const& x) {
    Shape const s = x.shape();
    require(s.rank() == 4, "downsample: shape {}, expected [z, y, x, channel]", s.str());
    auto const coarse = half({s[0], s[1], s[2]});
    Tensor<real> const y(x.context(), {coarse[0], coarse[1], coarse[2], s[3]});
    enqueue(y.stream(), GatherBlocks{x.value().view<4>(), y.view<4>(), true});
    return tape.record(y, bool(x.slot()), [s, slot = x.slot()](Tensor<real> g) {
        Tensor<real> const gx(g.context(), s);
        enqueue(g.stream(), SpreadBlocks{g.view<4>(), gx.view<4>(), true});
        slot.add(gx);
    });
}

Var upsample(Tape& tape, Var const& x, Matrix const& m) {
    Shape const s = x.shape();
    require(s.rank() == 4 && half(m) == Matrix{s[0], s[1], s[2]}, "upsample: a map of shape {} to {} x {} x {} voxels", s.str(), m[0], m[1],
        m[2]);
    Tensor<real> const y(x.context(), {m[0], m[1], m[2], s[3]});
    enqueue(y.stream(), SpreadBlocks{x.value().view<4>(), y.view<4>(), false});
    return tape.record(y, bool(x.slot()), [s, slot = x.slot()](Tensor<real> g) {
        Tensor<real> const gx(g.context(), s);
        enqueue(g.stream(), GatherBlocks{g.view<4>(), gx.view<4>(), false});
        slot.add(gx);
    });
}

} // namespace tessera
