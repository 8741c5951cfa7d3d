// An operator for tests of what works with one.
#pragma once

#include "core/arrays/linear_operator.h"
#include "core/arrays/vector_ops.h"

namespace tessera::test {

/// 0.9 times the identity: a measurement without memory of its own.
class Scaled final : public LinearOperator {
public:
    Scaled(Context context, Shape const& shape) : context_(std::move(context)), shape_(shape) {}
    Context const& context() const override { return context_; }
    Shape domain() const override { return shape_; }
    Shape codomain() const override { return shape_; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override { axpby(0.9, x, 0, y); }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override { axpby(0.9, y, 0, x); }
    void do_normal(Tensor<complex> const& x, Tensor<complex> const& z) const override { axpby(0.81, x, 0, z); }

    Context context_;
    Shape shape_;
};

} // namespace tessera::test
