#include "recon/unrolled/model_step.h"

#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "nn/complex_channels.h"
#include "recon/unrolled/blockwise.h"

#include <cmath>

namespace tessera {
namespace {

BlockPartition partition_of(Shape const& volume, MemoryConfig const& memory, Reach const& reach) {
    Matrix const matrix{volume[0], volume[1], volume[2]};
    return {matrix, memory.policy == MemoryPolicy::block ? memory.patch : matrix, memory.halo.value_or(reach.radius), reach.alignment};
}

} // namespace

ScanInBlocks::ScanInBlocks(DataTerm measurement, MemoryConfig const& memory, Reach const& reach, std::shared_ptr<SolverReport> told)
    : data(std::move(measurement)), measured(data.b.context(), memory.checkpoints), partition(partition_of(data.b.shape(), memory, reach)),
      checkpoints(memory.checkpoints), report(std::move(told)) {
    measured.push(std::exchange(data.b, {}));
}

DataTerm ScanInBlocks::whole_data() const {
    DataTerm all = data;
    all.b = measured.get(0);
    return all;
}

Tensor<complex> ModelStep::forward(Tensor<complex> x, VolumeStore& kept) const {
    Stage const stage(x.context(), "unroll");
    Tensor<complex> z(x.context(), x.shape());
    {
        Stage const regularising(x.context(), "network");
        Blockwise{*network_, scan_->partition}.forward(x, z);
    }
    x = {};
    kept.settle();
    require(std::isfinite(norm(z)), "unroll {}: the output of the regulariser is not finite", number_);
    if (!parameter_) return z;
    Stage const consisting(z.context(), "data consistency");
    consistency_->step(scan_->whole_data(), parameter_->value(), z, *scan_->report);
    return z;
}

// g becomes dL/dz. z is computed again block by block in any case, so what the gradient of the parameter needs of it, an inner product, is
// taken there.
Tensor<complex> ModelStep::backward(Tensor<complex> const& g, Fetch const& result, Fetch const& x, bool wanted) const {
    Stage const stage(g.context(), "unroll back");
    DataConsistencyStep::ParameterGradient own;
    if (parameter_) {
        Stage const consisting(g.context(), "data consistency");
        own = consistency_->pullback(scan_->whole_data(), parameter_->value(), result, g, *scan_->report);
        if (!parameter_->trained()) own.probe = {};
    }
    Stage const regularising(g.context(), "network");
    auto const from = x();
    auto gx = wanted ? Tensor<complex>::zeros(g.context(), g.shape()) : Tensor<complex>();
    double const inner = Blockwise{*network_, scan_->partition}.backward(from, g, gx, own.probe);
    if (parameter_) parameter_->add_to_gradient(own.constant + own.factor * inner);
    return gx;
}

// D is affine in z with a symmetric matrix, so that its pullback is also its derivative.
Tensor<complex> ModelStep::along(Tensor<complex> const& x, Tensor<complex> const& v) const {
    constexpr double kPart = sizeof(real) == 4 ? 1e-3 : 1e-5; // of x: the differences of float values are good to 1e-4
    double const size = norm(v), h = size > 0 ? kPart * norm(x) / size : 1;
    Blockwise const network{*network_, scan_->partition};
    auto const moved = x.clone();
    axpby(h, v, 1, moved);
    Tensor<complex> result(x.context(), x.shape()), behind(x.context(), x.shape());
    network.forward(moved, result);
    axpby(-2 * h, v, 1, moved);
    network.forward(moved, behind);
    axpby(-1 / (2 * h), behind, 1 / (2 * h), result);
    behind = {};
    SolverReport unused;
    if (parameter_)
        consistency_->pullback(
            scan_->whole_data(), parameter_->value(), [&] { return x; }, result, unused);
    return result;
}

Var ModelStep::on_tape(Tape& tape, Var x, bool trained, std::shared_ptr<VolumeStore> const& kept) const {
    auto const slot = x.slot();
    auto previous = as_complex(std::move(x).release()); // no other handle of it: forward() lets go of it
    auto const next = forward(std::move(previous), *kept);
    if (tape.recording()) kept->push(next);
    return tape.record(as_channels(next), slot || trained, [=, step = *this](Tensor<real> gradient) {
        auto const g = as_complex(gradient.unique() ? std::exchange(gradient, {}) : gradient.clone());
        std::size_t const last = kept->size() - 1;
        auto const x_k = [&] {
            kept->pop();
            return kept->get(last - 1);
        };
        auto const gx = step.backward(
            g, [&] { return kept->get(last); }, x_k, bool(slot));
        if (slot) slot.add(as_channels(gx));
    });
}

} // namespace tessera
