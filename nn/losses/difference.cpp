#include "nn/losses/difference.h"

#include "kernels/network/losses.h"
#include "nn/losses/check.h"

#include <algorithm>

namespace tessera {
namespace {

// error / divisor, where error is the sum of w |p - t|, or w |p - t|^2 if squared. `held` keeps the weights' memory alive.
Var record_difference(Tape& tape, Var const& prediction, Tensor<complex> const& target, Weights const& weights, Tensor<real> const& held,
    bool squared, double error, double divisor) {
    auto const factor = static_cast<real>((squared ? 2 : 1) / divisor);
    return tape.record(scalar(target.context(), error / divisor), bool(prediction.slot()),
        [p = prediction.value().reinterpret<complex>(target.shape()), slot = prediction.slot(), shape = prediction.shape(), target, weights,
            held, squared, factor](Tensor<real> const& scale) {
            Tensor<real> g(target.context(), shape);
            enqueue(g.stream(),
                DifferencePullback{p.flat(), target.flat(), weights, !squared, scale.flat(), factor,
                    g.reinterpret<complex>(target.shape()).flat()});
            slot.add(std::move(g));
        });
}

enum class Divisor { count, reference };

Var mean_loss(char const* name, Tape& tape, Var const& prediction, Tensor<complex> const& target, Weights const& weights,
    Tensor<real> const& held, bool squared, Divisor divisor) {
    auto const sums = difference(checked_prediction(name, prediction, target), target, weights, squared);
    require(sums.weight != 0, "{}: mask or weights leave none of the {} elements", name, target.size());
    require(divisor == Divisor::count || sums.reference != 0, "{}: the target is zero", name);
    return record_difference(tape, prediction, target, weights, held, squared, sums.error,
        divisor == Divisor::count ? sums.weight : sums.reference);
}

Tensor<real> held(LossMask const& mask) { return mask ? *mask : Tensor<real>(); }

} // namespace

Tensor<complex> checked_prediction(char const* loss, Var const& prediction, Tensor<complex> const& target) {
    Shape const p = prediction.shape(), t = target.shape();
    bool const fits = p.rank() == t.rank() + 1 && p[-1] == 2 && std::equal(t.begin(), t.end(), p.begin());
    require(fits, "{}: a prediction of shape {} for a target of shape {}; expected the same with 2 channels behind", loss, p.str(),
        t.str());
    require(t.size() > 0, "{}: the target of shape {} is empty", loss, t.str());
    return prediction.value().reinterpret<complex>(t);
}

Weights checked_mask(char const* loss, Tensor<complex> const& target, LossMask const& mask) {
    if (!mask) return {};
    require(mask->shape() == target.shape(), "{}: a mask of shape {} for a target of shape {}", loss, mask->shape().str(),
        target.shape().str());
    return {mask->flat(), true};
}

Var l1_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask) {
    return mean_loss("l1 loss", tape, prediction, target, checked_mask("l1 loss", target, mask), held(mask), false, Divisor::count);
}

Var l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask) {
    return mean_loss("l2 loss", tape, prediction, target, checked_mask("l2 loss", target, mask), held(mask), true, Divisor::count);
}

Var normalised_l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask) {
    return mean_loss("nl2 loss", tape, prediction, target, checked_mask("nl2 loss", target, mask), held(mask), true, Divisor::reference);
}

Var weighted_l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, Tensor<real> const& weights) {
    require(target.shape().rank() > 1 && weights.shape() == target.shape().tail(),
        "k-space loss: weights of shape {} for a target of shape {}", weights.shape().str(), target.shape().str());
    return mean_loss("k-space loss", tape, prediction, target, {weights.flat(), false}, weights, true, Divisor::reference);
}

} // namespace tessera
