#include "nn/ops/concat.h"

#include "kernels/arrays/copy_channels.h"

namespace tessera {
namespace {

// [voxel, channel].
View<real, 2> rows(Tensor<real> const& map) {
    index_t const channels = map.shape()[-1];
    return map.reshape({map.size() / channels, channels}).view<2>();
}

} // namespace

Var concat(Tape& tape, Var const& a, Var const& b) {
    Shape const s = a.shape(), t = b.shape();
    require(s.rank() == 4 && t.rank() == 4 && std::equal(s.begin(), s.begin() + 3, t.begin()) && s[3] > 0 && t[3] > 0,
        "concat: maps of shapes {} and {}; expected equal [z, y, x]", s.str(), t.str());
    index_t const m = s[3], n = t[3];
    Tensor<real> const y(a.context(), {s[0], s[1], s[2], m + n});
    enqueue(y.stream(), CopyChannels{rows(a.value()), 0, rows(y), 0, m});
    enqueue(y.stream(), CopyChannels{rows(b.value()), 0, rows(y), m, n});
    return tape.record(y, a.slot() || b.slot(), [s, t, m, n, slot_a = a.slot(), slot_b = b.slot()](Tensor<real> g) {
        auto const part = [&](GradientSlot const& slot, Shape const& shape, index_t first, index_t channels) {
            if (!slot) return;
            Tensor<real> const of(g.context(), shape);
            enqueue(g.stream(), CopyChannels{rows(g), first, rows(of), 0, channels});
            slot.add(of);
        };
        part(slot_a, s, 0, m);
        part(slot_b, t, m, n);
    });
}

} // namespace tessera
