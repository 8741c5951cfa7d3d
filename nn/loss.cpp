#include "nn/loss.h"

#include "kernels/arrays/complex_parts.h"
#include "nn/losses/check.h"
#include "nn/losses/ssim.h"

namespace tessera {
namespace {

Var term_loss(LossKind kind, Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask) {
    switch (kind) {
    case LossKind::l1: return l1_loss(tape, prediction, target, mask);
    case LossKind::l2: return l2_loss(tape, prediction, target, mask);
    case LossKind::nl2: return normalised_l2_loss(tape, prediction, target, mask);
    case LossKind::ssim: return ssim_loss(tape, prediction, target, mask);
    }
    fail("loss: unknown kind {}", static_cast<int>(kind));
}

} // namespace

LossValue evaluate_loss(Tape& tape, std::vector<LossTerm> const& terms, Var const& prediction, Tensor<complex> const& target,
    LossMask const& mask) {
    require(!terms.empty(), "loss: no terms");
    std::vector<double> values;
    std::vector<std::pair<GradientSlot, real>> slots;
    double total = 0;
    for (auto const& term : terms) {
        Var const loss = term_loss(term.kind, tape, prediction, target, mask);
        values.push_back(loss.value().to_host().front());
        total += term.weight * values.back();
        slots.emplace_back(loss.slot(), static_cast<real>(term.weight));
    }
    auto const pullback = [slots](Tensor<real> const& g) {
        for (auto const& [slot, weight] : slots) {
            Tensor<real> weighted(g.context(), g.shape());
            enqueue(g.stream(), ScaleReal{g.flat(), weight, weighted.flat()});
            slot.add(std::move(weighted));
        }
    };
    return {tape.record(scalar(target.context(), total), bool(prediction.slot()), pullback), std::move(values)};
}

} // namespace tessera
