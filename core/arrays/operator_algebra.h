// Linear operators made of others.
#pragma once

#include "core/arrays/linear_operator.h"

#include <functional>
#include <memory>

namespace tessera {

using OperatorPointer = std::shared_ptr<LinearOperator const>;

/// A Hermitian operator given by its action: out = M x, where x is not out.
class HermitianFunction final : public LinearOperator {
public:
    using Action = std::function<void(Tensor<complex> const& x, Tensor<complex> const& out)>;
    HermitianFunction(Context context, Shape const& shape, Action action)
        : context_(std::move(context)), shape_(shape), action_(std::move(action)) {}

    Context const& context() const override { return context_; }
    Shape domain() const override { return shape_; }
    Shape codomain() const override { return shape_; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override { action_(x, y); }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override { action_(y, x); }

    Context context_;
    Shape shape_;
    Action action_;
};

/// s times the identity; needs no memory, neither alone nor in a sum.
class ScaledIdentity final : public LinearOperator {
public:
    ScaledIdentity(Context context, Shape const& shape, double s) : context_(std::move(context)), shape_(shape), s_(s) {}

    Context const& context() const override { return context_; }
    Shape domain() const override { return shape_; }
    Shape codomain() const override { return shape_; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override;
    void do_add_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;

    Context context_;
    Shape shape_;
    double s_;
};

/// A^H A of an operator (A^H W A where it carries weights), by its normal().
class NormalOf final : public LinearOperator {
public:
    explicit NormalOf(OperatorPointer a) : a_(std::move(a)) {}

    Context const& context() const override { return a_->context(); }
    Shape domain() const override { return a_->domain(); }
    Shape codomain() const override { return a_->domain(); }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override { a_->normal(x, y); }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override { a_->normal(y, x); }

    OperatorPointer a_;
};

/// A + B. Throws Error where their shapes differ.
class Sum final : public LinearOperator {
public:
    Sum(OperatorPointer a, OperatorPointer b);

    Context const& context() const override { return a_->context(); }
    Shape domain() const override { return a_->domain(); }
    Shape codomain() const override { return a_->codomain(); }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override;

    OperatorPointer a_, b_;
};

/// A B: B first. Holds one tensor of B's codomain while it works. Throws Error where their shapes do not fit.
class Product final : public LinearOperator {
public:
    Product(OperatorPointer a, OperatorPointer b);

    Context const& context() const override { return a_->context(); }
    Shape domain() const override { return b_->domain(); }
    Shape codomain() const override { return a_->codomain(); }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override;

    OperatorPointer a_, b_;
};

/// A^H W A + lambda I, the operator of regularised least squares.
OperatorPointer regularised(OperatorPointer a, double lambda);

} // namespace tessera
