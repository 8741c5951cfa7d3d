// Reverse-mode differentiation: what is computed is written on a tape, which backward() walks from its end.
//
// All values are real tensors. Feature maps are [z, y, x, channel], channels innermost; a complex volume is one of two
// channels, the very same memory (nn/complex_channels.h). The gradient of a real loss L with respect to a complex number
// is dL/d re + i dL/d im.
#pragma once

#include "core/arrays/tensor.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace tessera {

/// Where the gradients that reach one value are added up. A null slot wants none.
class GradientSlot {
public:
    GradientSlot() = default;
    static GradientSlot make() {
        GradientSlot slot;
        slot.sum_ = std::make_shared<Tensor<real>>();
        return slot;
    }
    explicit operator bool() const { return sum_ != nullptr; }
    /// Adds a gradient; does nothing to a null slot. The tensor may be shared with other slots.
    void add(Tensor<real> gradient) const;
    /// What has been added up, which the slot then forgets; an empty tensor where nothing arrived.
    Tensor<real> take() const { return std::exchange(*sum_, {}); }

private:
    std::shared_ptr<Tensor<real>> sum_;
};

/// A value on a tape, or a constant.
class Var {
public:
    /// A constant.
    explicit Var(Tensor<real> value) : value_(std::move(value)) {}

    Tensor<real> const& value() const { return value_; }
    Shape const& shape() const { return value_.shape(); }
    Context const& context() const { return value_.context(); }
    /// Null for a constant.
    GradientSlot const& slot() const { return slot_; }
    /// Takes the value out, so that an operation may overwrite what nobody else holds.
    Tensor<real> release() && { return std::move(value_); }

private:
    friend class Tape;
    Var(Tensor<real> value, GradientSlot slot) : value_(std::move(value)), slot_(std::move(slot)) {}

    Tensor<real> value_;
    GradientSlot slot_;
};

/// Hands the gradient of an operation's result on to the slots of its arguments. It may overwrite a gradient that is unique().
using Pullback = std::function<void(Tensor<real> gradient)>;

/// A record of operations.
/// One thread at a time.
class Tape {
public:
    enum class Mode {
        record,
        skip ///< nothing is recorded: values only
    };
    explicit Tape(Mode mode = Mode::record) : mode_(mode) {}
    Tape(Tape const&) = delete;
    Tape& operator=(Tape const&) = delete;

    bool recording() const { return mode_ == Mode::record; }
    /// A value whose gradient is wanted: after backward(), slot().take() has it.
    Var variable(Tensor<real> value) const { return {std::move(value), GradientSlot::make()}; }
    /// The result of an operation. The pullback is kept where the tape records and `wanted` (some argument has a slot, or
    /// some parameter is trained); it should hold nothing that it does not need.
    Var record(Tensor<real> value, bool wanted, Pullback pullback);
    /// Pulls dL/dy = `gradient` back to every variable and parameter. Each operation is freed as soon as it is done, so a
    /// tape runs backward once.
    void backward(Var const& y, Tensor<real> gradient);
    /// Of a scalar loss, with gradient 1.
    void backward(Var const& loss);
    /// Operations recorded.
    std::size_t size() const { return nodes_.size(); }

private:
    struct Node {
        GradientSlot result;
        Pullback pullback;
    };
    Mode mode_;
    std::vector<Node> nodes_;
};

/// y = f(tape, x), of which only x is kept: backward runs f again, with a tape of its own.
/// Source: Chen et al. 2016, arXiv:1604.06174.
Var checkpoint(Tape& tape, Var const& x, std::function<Var(Tape&, Var const&)> f);

} // namespace tessera
