// Data consistency by one gradient step.
#pragma once

#include "recon/unrolled/data_consistency.h"

namespace tessera {

/// x = z - step (A^H W A z - b); the step size is trained.
///
/// With n = A^H W A g: dL/dz = g - step n and dL/dstep = Re <g, b> - Re <n, z>. Besides z or g it takes one volume.
class GradientConsistency final : public DataConsistencyStep {
public:
    explicit GradientConsistency(DataConsistencyConfig const& config) : start_(config.step) {}

    std::string parameter_name() const override { return "step"; }
    double parameter_start() const override { return start_; }
    std::string value_name() const override { return "step"; }
    double value(double parameter) const override { return parameter; }

    void step(DataTerm data, double parameter, Tensor<complex> const& z_to_x, SolverReport& report) const override;
    ParameterGradient pullback(DataTerm data, double parameter, std::function<Tensor<complex>()> const& x, Tensor<complex> const& g_to_gz,
        SolverReport& report) const override;

private:
    double start_;
};

} // namespace tessera
