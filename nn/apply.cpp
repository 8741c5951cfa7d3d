#include "nn/apply.h"

#include <vector>

namespace tessera {
namespace {

// The shape of complex numbers seen as pairs.
Shape pairs(Shape const& shape) {
    std::vector<index_t> extents(shape.begin(), shape.end());
    extents.push_back(2);
    return Shape(extents);
}

} // namespace

Var apply(Tape& tape, std::shared_ptr<LinearOperator const> const& op, Var const& x) {
    Shape const domain = op->domain(), codomain = op->codomain();
    require(x.shape() == pairs(domain), "apply: a value of shape {}, expected {}", x.shape().str(), pairs(domain).str());
    Tensor<real> y(x.context(), pairs(codomain));
    op->forward(x.value().reinterpret<complex>(domain), y.reinterpret<complex>(codomain));
    return tape.record(std::move(y), bool(x.slot()), [op, domain, codomain, slot = x.slot()](Tensor<real> const& g) {
        Tensor<real> gx(g.context(), pairs(domain));
        op->adjoint(g.reinterpret<complex>(codomain), gx.reinterpret<complex>(domain));
        slot.add(std::move(gx));
    });
}

} // namespace tessera
