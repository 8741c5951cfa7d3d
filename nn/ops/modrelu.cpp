#include "nn/ops/modrelu.h"

#include "kernels/arrays/stretch_sums.h"
#include "kernels/network/modrelu.h"
#include "nn/ops/reuse.h"

namespace tessera {

Var modrelu(Tape& tape, Var x, Parameter const& bias) {
    Shape const shape = x.shape();
    index_t const channels = bias.value.size();
    require(shape.rank() > 0 && channels > 0 && shape[-1] == 2 * channels, "modrelu: a map of shape {} and {} biases in \"{}\"",
        shape.str(), channels, bias.name);
    index_t const voxels = shape.size() / (2 * channels);
    auto const numbers = [=](Tensor<real> const& map) { return map.reinterpret<complex>({voxels, channels}).view<2>(); };
    auto const slot = x.slot();
    auto const in = std::move(x).release();
    auto const y = reuse_or_new(in);
    enqueue(y.stream(), ModRelu{numbers(in), bias.value.flat(), numbers(y)});
    return tape.record(y, slot || bias.trained(), [=](Tensor<real> g) {
        if (bias.trained()) {
            constexpr index_t kSums = 16384, kShortest = 64;
            Tensor<double> const partial(g.context(), {std::clamp<index_t>(voxels / kShortest, 1, kSums / channels + 1), channels});
            enqueue(g.stream(), ModReluBiasStretches{numbers(y), numbers(g), partial.view<2>()});
            enqueue(g.stream(), AddStretches{partial.view<2>(), bias.gradient.flat()});
        }
        if (!slot) return;
        if (!g.unique()) g = g.clone();
        enqueue(g.stream(), ModReluPullback{numbers(y), bias.value.flat(), numbers(g)});
        slot.add(std::move(g));
    });
}

} // namespace tessera
