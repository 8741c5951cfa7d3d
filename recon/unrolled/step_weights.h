// What is trained of a model's steps.
#pragma once

#include "nn/network.h"
#include "recon/sense/conditions.h"
#include "recon/unrolled/learned_number.h"
#include "recon/unrolled/model_config.h"

namespace tessera {

/// Networks R and the numbers of data consistency D, of one step for all or of each step its own.
class StepWeights {
public:
    /// Adds its parameters to the list: "regulariser." or "regularisers.<k>.", and the number that data consistency trains
    /// ("log_lambda", "step"), once per set of weights; informed, also how that follows what is told ("log_lambda_slopes").
    StepWeights(ModelConfig const& config, ParameterList& parameters);

    /// R of a set of weights, for one scan; `place` is told where the network is informed (numbers_told()).
    std::shared_ptr<Network const> regulariser(index_t set, double place, ScanConditions const& conditions) const;
    /// The number of D, likewise.
    LearnedNumber number(index_t set, double place, ScanConditions const& conditions) const;
    std::shared_ptr<DataConsistencyStep const> const& consistency() const { return consistency_; }

    index_t sets() const { return std::ssize(networks_); }
    bool trained() const { return numbers_.front().trained(); }
    Reach reach() const { return networks_.front()->reach(); }
    /// lambda (or the step) of every set of weights, for the log. Waits for the stream.
    std::vector<double> values() const;

private:
    bool informed_;
    std::shared_ptr<DataConsistencyStep const> consistency_;
    std::vector<std::unique_ptr<Network>> networks_;
    std::vector<Parameter> numbers_, slopes_; // log lambda or step, [1] each; informed, how they follow what is told
};

} // namespace tessera
