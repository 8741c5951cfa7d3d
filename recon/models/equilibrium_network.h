// Regulariser and data consistency in turn, until the image no longer changes.
#pragma once

#include "recon/unrolled/model_step.h"
#include "recon/unrolled/reconstruction_network.h"

namespace tessera {

/// x* = f(x*) with f(x) = D(R(x)), found from x0 by accelerated iteration; where the configuration says so, R of x*.
///
/// Of the iteration only x* is kept. With J = df/dx at x* and g = dL/dx*, the gradient of the parameters is that of one step f, pulled back
/// from v = (I - J^T)^-1 g, which the same iteration finds: v <- J^T v + g. J^T goes through D's own pullback and block by block through R.
/// x0 has no gradient: the fixed point does not depend on it. `one_step` takes v = g.
///
/// Source: Bai, Kolter, Koltun 2019, arXiv:1909.01377; for reconstruction Gilton, Ongie, Willett 2021, doi:10.1109/TCI.2021.3118944;
/// v = g: Fung et al. 2022, arXiv:2103.12803.
class EquilibriumNetwork final : public ReconstructionNetwork {
public:
    /// Adds its parameters to the list, as StepWeights does. Throws Error for weights that are not shared.
    EquilibriumNetwork(ModelConfig const& config, ParameterList& parameters);

    Var forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory, std::shared_ptr<SolverReport> const& report) const override;

private:
    ModelStep step(StepWeights const& weights, std::shared_ptr<ScanInBlocks const> const& scan) const;
    Tensor<complex> find(ModelStep const& f, Tensor<complex> x0) const;
    Tensor<complex> solve(ModelStep const& f, Tensor<complex> g, ModelStep::Fetch const& x) const;

    StepWeights frozen_; // the same values without gradients: J^T alone costs less
};

} // namespace tessera
