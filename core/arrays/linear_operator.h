// Linear maps between complex tensors.
#pragma once

#include "core/arrays/vector_ops.h"

namespace tessera {

/// A linear operator with its adjoint. The public methods check shapes and contexts, then call the do_ ones, which
/// overwrite their output.
class LinearOperator {
public:
    virtual ~LinearOperator() = default;

    virtual Context const& context() const = 0;
    virtual Shape domain() const = 0;
    virtual Shape codomain() const = 0;

    /// y = A x.
    void forward(Tensor<complex> const& x, Tensor<complex> const& y) const {
        check("forward", x, domain(), y, codomain());
        do_forward(x, y);
    }
    /// y += A x.
    void add_forward(Tensor<complex> const& x, Tensor<complex> const& y) const {
        check("add_forward", x, domain(), y, codomain());
        do_add_forward(x, y);
    }
    /// x = A^H y.
    void adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const {
        check("adjoint", y, codomain(), x, domain());
        do_adjoint(y, x);
    }
    /// z = A^H A x (A^H W A x for operators that carry weights W).
    void normal(Tensor<complex> const& x, Tensor<complex> const& z) const {
        check("normal", x, domain(), z, domain());
        do_normal(x, z);
    }

private:
    virtual void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const = 0;
    virtual void do_add_forward(Tensor<complex> const& x, Tensor<complex> const& y) const {
        Tensor<complex> const more(context(), codomain());
        do_forward(x, more);
        axpby(1, more, 1, y);
    }
    virtual void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const = 0;
    virtual void do_normal(Tensor<complex> const& x, Tensor<complex> const& z) const {
        Tensor<complex> const y(context(), codomain());
        do_forward(x, y);
        do_adjoint(y, z);
    }

    void check(char const* what, Tensor<complex> const& in, Shape const& in_shape, Tensor<complex> const& out,
        Shape const& out_shape) const {
        require(in.shape() == in_shape && out.shape() == out_shape, "linear operator, {}: {} to {}, expected {} to {}", what,
            in.shape().str(), out.shape().str(), in_shape.str(), out_shape.str());
        require(in.context() == context() && out.context() == context(), "linear operator, {}: tensors of another context", what);
    }
};

} // namespace tessera
