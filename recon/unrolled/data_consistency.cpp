#include "recon/unrolled/data_consistency.h"

#include "core/arrays/vector_ops.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

auto normal_of(DataTerm const& data) {
    return [model = data.model](Tensor<complex> const& x, Tensor<complex> const& out) { model->normal(x, out); };
}

} // namespace

void cg_step(DataTerm const& data, double lambda, Tensor<complex> const& z_to_x, DataConsistencyConfig const& config, SolverReport& report) {
    // From x = z the residual is b - A^H W A z. ||b + lambda z|| is found without forming it.
    double const z2 = dot(z_to_x, z_to_x).re, b2 = dot(data.b, data.b).re, bz = dot(data.b, z_to_x).re;
    double const scale = std::sqrt(std::max(0.0, b2 + 2 * lambda * bz + lambda * lambda * z2));
    Tensor<complex> const residual(z_to_x.context(), z_to_x.shape());
    data.model->normal(z_to_x, residual);
    axpby(1, data.b, -1, residual);
    auto const result = conjugate_gradient_from(normal_of(data), residual, scale, z_to_x,
        {.iterations = config.iterations, .tolerance = config.tolerance, .lambda = lambda});
    report.forward = std::max(report.forward, result.residual);
    report.forward_iterations += result.iterations;
}

void cg_step_pullback(DataTerm const& data, double lambda, Tensor<complex> const& g_to_v, DataConsistencyConfig const& config, SolverReport& report) {
    double const scale = norm(g_to_v);
    if (scale == 0) return;
    auto const v = Tensor<complex>::zeros(g_to_v.context(), g_to_v.shape());
    auto const result = conjugate_gradient_from(normal_of(data), g_to_v, scale, v,
        {.iterations = config.backward_iterations, .tolerance = config.backward_tolerance, .lambda = lambda});
    report.backward = std::max(report.backward, result.residual);
    report.backward_iterations += result.iterations;
    g_to_v.copy_from(v);
}

void gradient_step(DataTerm const& data, double step, Tensor<complex> const& z_to_x) {
    Tensor<complex> const gradient(z_to_x.context(), z_to_x.shape());
    data.model->normal(z_to_x, gradient);
    axpby(-1, data.b, 1, gradient);
    axpby(-step, gradient, 1, z_to_x);
}

Tensor<complex> gradient_step_pullback(DataTerm const& data, double step, Tensor<complex> const& g) {
    Tensor<complex> normal(g.context(), g.shape());
    data.model->normal(g, normal);
    axpby(-step, normal, 1, g);
    return normal;
}

} // namespace tessera
