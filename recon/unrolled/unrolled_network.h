// Regulariser and data consistency in turn, a number of times that is fixed.
#pragma once

#include "recon/unrolled/reconstruction_network.h"

namespace tessera {

/// x_{k+1} = D(R(x_k)) for k < unrolls; where the configuration says so, R of the last x.
///
/// Source: Aggarwal, Mani, Jacob 2019 (MoDL), doi:10.1109/TMI.2018.2865356; in blocks Miller, Pirasteh, Johnson 2023,
/// arXiv:2204.13862.
class UnrolledNetwork final : public ReconstructionNetwork {
public:
    /// Adds its parameters to the list, as StepWeights does.
    UnrolledNetwork(ModelConfig const& config, ParameterList& parameters) : ReconstructionNetwork(config, parameters) {}

    Var forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory, std::shared_ptr<SolverReport> const& report) const override;

private:
    index_t stages() const { return config_.unrolls + (config_.final_regulariser ? 1 : 0); }
    index_t set_of(index_t stage) const { return std::min(stage, weights_.sets() - 1); } // what follows after all has the last one's
    double place_of(index_t stage) const { return static_cast<double>(stage) / static_cast<double>(config_.unrolls); }
    std::shared_ptr<Network const> regulariser(index_t stage, ScanConditions const& conditions) const;
    LearnedNumber data_parameter(index_t unroll, ScanConditions const& conditions) const;
};

} // namespace tessera
