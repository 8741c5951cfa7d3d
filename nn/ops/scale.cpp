#include "nn/ops/scale.h"

#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/stretch_sums.h"
#include "nn/ops/reuse.h"

namespace tessera {

Var scale(Tape& tape, Var x, double a) {
    auto const slot = x.slot();
    auto const in = std::move(x).release();
    auto const y = reuse_or_new(in);
    auto const factor = static_cast<real>(a);
    enqueue(y.stream(), Axpby<real>{factor, in.flat(), 0, y.flat()});
    return tape.record(y, bool(slot), [=](Tensor<real> g) {
        if (!g.unique()) g = g.clone();
        enqueue(g.stream(), Axpby<real>{factor, g.flat(), 0, g.flat()});
        slot.add(std::move(g));
    });
}

Var scale(Tape& tape, Var x, Parameter const& a) {
    require(a.value.size() == 1, "scale: \"{}\" has shape {}, expected one number", a.name, a.value.shape().str());
    auto const slot = x.slot();
    auto const in = std::move(x).release();
    auto const saved = a.trained() && tape.recording() ? in : Tensor<real>();
    auto const y = reuse_or_new(in);
    enqueue(y.stream(), ScaleBy{in.flat(), a.value.flat(), y.flat()});
    return tape.record(y, slot || a.trained(), [=](Tensor<real> g) {
        if (a.trained()) {
            constexpr index_t kStretches = 1024, kShortest = 256;
            index_t const stretches = std::clamp<index_t>(g.size() / kShortest, 1, kStretches);
            Tensor<double> const partial(g.context(), {stretches, 1});
            enqueue(g.stream(), DotStretches{saved.flat(), g.flat(), partial.flat()});
            enqueue(g.stream(), AddStretches{partial.view<2>(), a.gradient.flat()});
        }
        if (!slot) return;
        if (!g.unique()) g = g.clone();
        enqueue(g.stream(), ScaleBy{g.flat(), a.value.flat(), g.flat()});
        slot.add(std::move(g));
    });
}

} // namespace tessera
