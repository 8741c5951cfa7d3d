#include "recon/delays/delays.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr double kAtCentre = 0.05; // cycles per field of view: where a readout counts as starting at k = 0

/// One axis of one readout, continued to both sides.
class Course {
public:
    Course(View<real const, 3> k, index_t readout, int axis, bool rests) : k_(k), readout_(readout), axis_(axis), rests_(rests) {}

    /// Cubic through the four samples around t (Lagrange).
    double operator()(double t) const {
        if (rests_ && t <= 0) return at(0);
        auto const i = static_cast<index_t>(std::floor(t));
        double const f = t - static_cast<double>(i);
        return -f * (f - 1) * (f - 2) / 6 * at(i - 1) + (f + 1) * (f - 1) * (f - 2) / 2 * at(i) - (f + 1) * f * (f - 2) / 2 * at(i + 1) +
            (f + 1) * f * (f - 1) / 6 * at(i + 2);
    }

private:
    double at(index_t i) const {
        index_t const last = k_.shape[1] - 1;
        if (i < 0) return k(0) + static_cast<double>(i) * (k(1) - k(0));
        if (i > last) return k(last) + static_cast<double>(i - last) * (k(last) - k(last - 1));
        return k(i);
    }
    double k(index_t i) const { return static_cast<double>(k_(readout_, i, axis_)); }

    View<real const, 3> k_;
    index_t readout_;
    int axis_;
    bool rests_;
};

void check(Tensor<real> const& trajectory) {
    require(trajectory.shape().rank() == 3 && trajectory.shape()[2] == 3, "delays: a trajectory of shape {}, expected [readout, sample, 3]",
        trajectory.shape().str());
}

} // namespace

bool starts_at_rest(View<real const, 3> k, index_t readout) {
    return std::hypot(k(readout, 0, 0), k(readout, 0, 1), k(readout, 0, 2)) < kAtCentre;
}

Tensor<real> delayed(Tensor<real> const& trajectory, PerAxis const& samples) {
    check(trajectory);
    if (samples == PerAxis{} || trajectory.shape()[1] < 2) return trajectory;
    Tensor<real> late(trajectory.context(), trajectory.shape());
    if (trajectory.context().rehearses()) return late;
    auto const k = std::as_const(trajectory).view<3>();
    auto const out = late.view<3>();
#pragma omp parallel for
    for (index_t r = 0; r < k.shape[0]; ++r) {
        bool const rests = starts_at_rest(k, r);
        for (int d = 0; d < 3; ++d) {
            Course const course(k, r, d, rests);
            for (index_t s = 0; s < k.shape[1]; ++s)
                out(r, s, d) = static_cast<real>(course(static_cast<double>(s) - samples[static_cast<std::size_t>(2 - d)]));
        }
    }
    return late;
}

GradientCourse gradients_of(Tensor<real> const& trajectory) {
    check(trajectory);
    GradientCourse gradients{Tensor<real>::zeros(trajectory.context(), trajectory.shape()), 0};
    index_t const readouts = trajectory.shape()[0], samples = trajectory.shape()[1];
    if (samples < 2 || trajectory.context().rehearses()) return gradients;
    auto const k = std::as_const(trajectory).view<3>();
    auto const g = gradients.values.view<3>();
    double strongest = 0;
#pragma omp parallel for reduction(max : strongest)
    for (index_t r = 0; r < readouts; ++r)
        for (index_t s = 0; s < samples; ++s) {
            index_t const from = std::max<index_t>(s - 1, 0), to = std::min(s + 1, samples - 1);
            for (int d = 0; d < 3; ++d) g(r, s, d) = (k(r, to, d) - k(r, from, d)) / static_cast<real>(to - from);
            strongest = std::max(strongest, static_cast<double>(std::hypot(g(r, s, 0), g(r, s, 1), g(r, s, 2))));
        }
    gradients.strongest = strongest;
    if (strongest > 0)
        for (real& v : gradients.values.host()) v /= static_cast<real>(strongest);
    return gradients;
}

complex gradient_turn(real const* gradient, PerAxis const& phase) {
    double angle = 0;
    for (std::size_t d = 0; d < 3; ++d) angle += phase[2 - d] * static_cast<double>(gradient[d]);
    return {static_cast<real>(std::cos(angle)), static_cast<real>(std::sin(angle))};
}

void add_gradient_phase(Tensor<complex> const& kspace, Tensor<real> const& trajectory, PerAxis const& phase) {
    if (phase == PerAxis{}) return;
    require(kspace.shape().rank() == 3 && kspace.shape().tail() == Shape{trajectory.shape()[0], trajectory.shape()[1]},
        "delays: k-space of shape {} on a trajectory of shape {}", kspace.shape().str(), trajectory.shape().str());
    auto const gradients = gradients_of(trajectory);
    if (kspace.context().rehearses()) return;
    auto const g = gradients.values.view<3>();
    auto const y = kspace.view<3>();
#pragma omp parallel for
    for (index_t r = 0; r < g.shape[0]; ++r)
        for (index_t s = 0; s < g.shape[1]; ++s) {
            complex const turn = gradient_turn(&g(r, s, 0), phase);
            for (index_t c = 0; c < y.shape[0]; ++c) y(c, r, s) = turn * y(c, r, s);
        }
}

} // namespace tessera
