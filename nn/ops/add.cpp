#include "nn/ops/add.h"

#include "kernels/arrays/arithmetic.h"

namespace tessera {

Var add(Tape& tape, Var a, Var b) {
    require(a.shape() == b.shape(), "add: shapes {} and {}", a.shape().str(), b.shape().str());
    auto const slot_a = a.slot(), slot_b = b.slot();
    auto sum = std::move(a).release(), other = std::move(b).release();
    if (!sum.unique()) std::swap(sum, other);
    if (!sum.unique()) sum = sum.clone();
    enqueue(sum.stream(), Axpby<real>{1, other.flat(), 1, sum.flat()});
    return tape.record(std::move(sum), slot_a || slot_b, [=](Tensor<real> g) {
        slot_a.add(g);
        slot_b.add(std::move(g));
    });
}

} // namespace tessera
