// Data consistency by conjugate gradients.
#pragma once

#include "recon/unrolled/data_consistency.h"

namespace tessera {

/// x = argmin ||W^1/2 (A x - y)||^2 + lambda ||x - z||^2 = (A^H W A + lambda I)^-1 (b + lambda z) by CG from z; log lambda is trained.
///
/// Its gradient is implicit, no iterate is kept: with v = (A^H W A + lambda I)^-1 g, dL/dz = lambda v and dL/dlambda = Re <v, z - x>.
/// It is exact as far as CG has converged; the residual goes to the report. Besides z or g, CG takes three volumes.
/// Source: Aggarwal, Mani, Jacob 2019 (MoDL), doi:10.1109/TMI.2018.2865356.
class CgConsistency final : public DataConsistencyStep {
public:
    explicit CgConsistency(DataConsistencyConfig const& config) : config_(config) {}

    std::string parameter_name() const override { return "log_lambda"; }
    double parameter_start() const override;
    std::string value_name() const override { return "lambda"; }
    double value(double parameter) const override;

    void step(DataTerm data, double parameter, Tensor<complex> const& z_to_x, SolverReport& report) const override;
    ParameterGradient pullback(DataTerm data, double parameter, std::function<Tensor<complex>()> const& x, Tensor<complex> const& g_to_gz,
        SolverReport& report) const override;

private:
    void solve(DataTerm const& data, double lambda, Tensor<complex> const& g_to_v, SolverReport& report) const;

    DataConsistencyConfig config_;
};

} // namespace tessera
