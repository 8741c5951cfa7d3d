// The common face of all models that reconstruct.
#pragma once

#include "recon/unrolled/step_weights.h"

namespace tessera {

/// From A^H W y to an image, by steps x -> D(R(x)): a network R and a data consistency step D with a learned lambda or step size.
///
/// One thread at a time: passes forward and back share parameters and the store of volumes.
class ReconstructionNetwork {
public:
    virtual ~ReconstructionNetwork() = default;

    /// x0 and the result are maps [z, y, x, 2]. Nothing but the result is kept where the tape does not record. A b and an x0 that the
    /// caller gives away (std::move) leave the device while they wait, with checkpoints on the host and a policy that is not `full`.
    virtual Var forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory,
        std::shared_ptr<SolverReport> const& report) const = 0;

    ModelConfig const& config() const { return config_; }
    Reach reach() const { return weights_.reach(); }
    /// lambda (or the step) of every set of weights, for the log. Waits for the stream.
    std::vector<double> weights_of_data() const { return weights_.values(); }
    DataConsistencyStep const& consistency() const { return *weights_.consistency(); }

protected:
    ReconstructionNetwork(ModelConfig const& config, ParameterList& parameters) : config_(config), weights_(config, parameters) {}

    ModelConfig config_;
    StepWeights weights_;
};

} // namespace tessera
