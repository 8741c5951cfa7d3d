#include "recon/unrolled/gradient_consistency.h"

#include "core/arrays/vector_ops.h"

#include <utility>

namespace tessera {

void GradientConsistency::step(DataTerm data, double parameter, Tensor<complex> const& z_to_x, SolverReport&) const {
    Tensor<complex> const gradient(z_to_x.context(), z_to_x.shape());
    data.model->normal(z_to_x, gradient);
    axpby(-1, std::exchange(data.b, {}), 1, gradient);
    axpby(-parameter, gradient, 1, z_to_x);
}

DataConsistencyStep::ParameterGradient GradientConsistency::pullback(DataTerm data, double parameter,
    std::function<Tensor<complex>()> const&, Tensor<complex> const& g_to_gz, SolverReport&) const {
    double const gb = dot(g_to_gz, std::exchange(data.b, {})).re;
    Tensor<complex> normal(g_to_gz.context(), g_to_gz.shape());
    data.model->normal(g_to_gz, normal);
    axpby(-parameter, normal, 1, g_to_gz);
    return {gb, -1, normal};
}

} // namespace tessera
