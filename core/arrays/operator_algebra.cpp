#include "core/arrays/operator_algebra.h"

#include "core/arrays/vector_ops.h"

namespace tessera {

void ScaledIdentity::do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const { axpby(s_, x, 0, y); }
void ScaledIdentity::do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const { axpby(s_, y, 0, x); }
void ScaledIdentity::do_add_forward(Tensor<complex> const& x, Tensor<complex> const& y) const { axpby(s_, x, 1, y); }

Sum::Sum(OperatorPointer a, OperatorPointer b) : a_(std::move(a)), b_(std::move(b)) {
    require(a_->domain() == b_->domain() && a_->codomain() == b_->codomain(), "sum of operators: {} to {} and {} to {}", a_->domain().str(),
        a_->codomain().str(), b_->domain().str(), b_->codomain().str());
}
void Sum::do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const {
    a_->forward(x, y);
    b_->add_forward(x, y);
}
void Sum::do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const {
    a_->adjoint(y, x);
    Tensor<complex> const more(context(), domain());
    b_->adjoint(y, more);
    axpby(1, more, 1, x);
}

Product::Product(OperatorPointer a, OperatorPointer b) : a_(std::move(a)), b_(std::move(b)) {
    require(a_->domain() == b_->codomain(), "product of operators: {} after one to {}", a_->domain().str(), b_->codomain().str());
}
void Product::do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const {
    Tensor<complex> const between(context(), b_->codomain());
    b_->forward(x, between);
    a_->forward(between, y);
}
void Product::do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const {
    Tensor<complex> const between(context(), b_->codomain());
    a_->adjoint(y, between);
    b_->adjoint(between, x);
}

OperatorPointer regularised(OperatorPointer a, double lambda) {
    auto const normal = std::make_shared<NormalOf>(std::move(a));
    if (lambda == 0) return normal;
    return std::make_shared<Sum>(normal, std::make_shared<ScaledIdentity>(normal->context(), normal->domain(), lambda));
}

} // namespace tessera
