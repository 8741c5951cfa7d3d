#include "nn/tape.h"

#include "kernels/arrays/arithmetic.h"

namespace tessera {

void GradientSlot::add(Tensor<real> gradient) const {
    if (!sum_) return;
    Tensor<real>& sum = *sum_;
    if (sum.size() == 0) {
        sum = std::move(gradient);
        return;
    }
    require(sum.shape() == gradient.shape(), "tape: gradients of shapes {} and {} for one value", sum.shape().str(),
        gradient.shape().str());
    if (!sum.unique()) std::swap(sum, gradient);
    if (!sum.unique()) sum = sum.clone();
    enqueue(sum.stream(), Axpby<real>{1, gradient.flat(), 1, sum.flat()});
}

Var Tape::record(Tensor<real> value, bool wanted, Pullback pullback) {
    if (!wanted || !recording()) return Var(std::move(value));
    auto slot = GradientSlot::make();
    nodes_.push_back({slot, std::move(pullback)});
    return {std::move(value), std::move(slot)};
}

void Tape::backward(Var const& y, Tensor<real> gradient) {
    require(gradient.shape() == y.shape(), "tape: a gradient of shape {} for a value of shape {}", gradient.shape().str(), y.shape().str());
    y.slot().add(std::move(gradient));
    while (!nodes_.empty()) {
        Node const node = std::move(nodes_.back());
        nodes_.pop_back();
        if (auto g = node.result.take(); g.size() > 0) node.pullback(std::move(g));
    }
}

void Tape::backward(Var const& loss) {
    require(loss.value().size() == 1, "tape: backward without a gradient needs a scalar, found shape {}", loss.shape().str());
    Tensor<real> const one(loss.context(), loss.shape());
    enqueue(one.stream(), Fill{one.flat(), 1});
    backward(loss, one);
}

Var checkpoint(Tape& tape, Var const& x, std::function<Var(Tape&, Var const&)> f) {
    Tape values(Tape::Mode::skip);
    auto y = f(values, Var(x.value()));
    return tape.record(std::move(y).release(), true, [f = std::move(f), x](Tensor<real> gradient) {
        Tape again;
        auto const input = x.slot() ? again.variable(x.value()) : Var(x.value());
        again.backward(f(again, input), std::move(gradient));
        if (x.slot()) x.slot().add(input.slot().take());
    });
}

} // namespace tessera
