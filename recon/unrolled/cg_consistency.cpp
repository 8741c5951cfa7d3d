#include "recon/unrolled/cg_consistency.h"

#include "core/arrays/conjugate_gradient.h"
#include "core/arrays/operator_algebra.h"
#include "core/arrays/vector_ops.h"

#include <algorithm>
#include <cmath>

namespace tessera {

double CgConsistency::parameter_start() const { return std::log(config_.lambda); }
double CgConsistency::value(double parameter) const { return std::exp(parameter); }

void CgConsistency::step(DataTerm data, double parameter, Tensor<complex> const& z_to_x, SolverReport& report) const {
    double const lambda = value(parameter);
    // From x = z the residual is b - A^H W A z. ||b + lambda z|| is found without forming it.
    double const z2 = dot(z_to_x, z_to_x).re, b2 = dot(data.b, data.b).re, bz = dot(data.b, z_to_x).re;
    double const scale = std::sqrt(std::max(0.0, b2 + 2 * lambda * bz + lambda * lambda * z2));
    Tensor<complex> const residual(z_to_x.context(), z_to_x.shape());
    data.model->normal(z_to_x, residual);
    axpby(1, data.b, -1, residual);
    data.b = {};
    auto const result = conjugate_gradient_from(*regularised(data.model, lambda), residual, scale, z_to_x,
        {.iterations = config_.iterations, .tolerance = config_.tolerance});
    report.forward = std::max(report.forward, result.residual);
    report.forward_iterations += result.iterations;
    ++report.solves;
}

// g becomes v.
void CgConsistency::solve(DataTerm const& data, double lambda, Tensor<complex> const& g_to_v, SolverReport& report) const {
    double const scale = norm(g_to_v);
    if (scale == 0) return;
    auto const v = Tensor<complex>::zeros(g_to_v.context(), g_to_v.shape());
    auto const result = conjugate_gradient_from(*regularised(data.model, lambda), g_to_v, scale, v,
        {.iterations = config_.backward_iterations, .tolerance = config_.backward_tolerance});
    report.backward = std::max(report.backward, result.residual);
    report.backward_iterations += result.iterations;
    ++report.solves;
    g_to_v.copy_from(v);
}

DataConsistencyStep::ParameterGradient CgConsistency::pullback(DataTerm data, double parameter, std::function<Tensor<complex>()> const& x,
    Tensor<complex> const& g_to_gz, SolverReport& report) const {
    double const lambda = value(parameter);
    data.b = {};
    solve(data, lambda, g_to_gz, report);
    double const rest = -lambda * dot(g_to_gz, x()).re; // of dL/dlog_lambda = lambda Re <v, z - x>
    axpby(lambda, g_to_gz, 0, g_to_gz);
    return {rest, 1, g_to_gz};
}

} // namespace tessera
