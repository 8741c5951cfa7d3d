// A reconstruction network: regulariser and data consistency in turn.
#pragma once

#include "nn/network.h"
#include "recon/unrolled/data_consistency.h"
#include "recon/unrolled/learned_number.h"
#include "recon/unrolled/volume_store.h"

#include <optional>

namespace tessera {

struct ModelConfig {
    index_t unrolls = 5;
    bool shared_weights = true;
    bool informed = false;
    bool final_regulariser = false;
    NetworkConfig network;
    DataConsistencyConfig data_consistency;

    void describe(ConfigVisitor& v) {
        v("unrolls", unrolls, "How often regulariser and data consistency take turns.", {.min = 1, .max = 1000});
        v("shared_weights", shared_weights, "One network and one lambda (or step) for all unrolls, or one for each.");
        v("informed", informed, "The network and lambda know the scan's noise and expected error, and which unroll it is.");
        v("final_regulariser", final_regulariser,
            "The regulariser acts once more after the last data consistency, on the noise that came back.");
        v("network", network, "The regularising network.");
        v("data_consistency", data_consistency, "The step that knows the measurement.");
    }
};

enum class MemoryPolicy {
    full,   ///< keep all feature maps of all unrolls
    unroll, ///< keep one volume per unroll; feature maps of one unroll at a time
    block   ///< keep one volume per unroll; feature maps of one block at a time
};
constexpr std::array<std::string_view, 3> config_names(MemoryPolicy) { return {"full", "unroll", "block"}; }

struct MemoryConfig {
    MemoryPolicy policy = MemoryPolicy::block;
    Matrix patch{64, 64, 64};
    std::optional<index_t> halo;
    CheckpointPlace checkpoints = CheckpointPlace::device;

    void describe(ConfigVisitor& v) {
        v("policy", policy, "What training keeps for its gradients; all give the same gradients.");
        v("patch", patch, "block: voxels of a patch along z, y, x, without its halo.", {.min = 1, .max = kLongestAxis});
        v("halo", halo, "block: voxels read around a patch; null is what the network sees, so that results are exact.",
            {.min = 0, .max = kLongestAxis});
        v("checkpoints", checkpoints, "unroll and block: where the volumes between unrolls wait.");
    }
};

/// x_{k+1} = D(R(x_k)) for k < unrolls: a network R and a data consistency step D with a learned lambda or step size; where the
/// configuration says so, R of the last x.
///
/// Source: Aggarwal, Mani, Jacob 2019 (MoDL), doi:10.1109/TMI.2018.2865356; in blocks Miller, Pirasteh, Johnson 2023,
/// arXiv:2204.13862.
///
/// One thread at a time: passes forward and back share parameters and the store of volumes.
class UnrolledNetwork {
public:
    /// Adds its parameters to the list: "regulariser." or "regularisers.<k>.", and the number that data consistency trains
    /// ("log_lambda", "step"), once per set of weights; informed, also how that follows what is told ("log_lambda_slopes").
    UnrolledNetwork(ModelConfig const& config, ParameterList& parameters);

    /// x0 and the result are maps [z, y, x, 2]. Nothing but the result is kept where the tape does not record. A b and an x0 that the
    /// caller gives away (std::move) leave the device while they wait, with checkpoints on the host and a policy that is not `full`.
    Var forward(Tape& tape, DataTerm data, Var x0, MemoryConfig const& memory, std::shared_ptr<SolverReport> const& report) const;

    ModelConfig const& config() const { return config_; }
    Reach reach() const { return networks_[0]->reach(); }
    /// lambda (or the step) of every set of weights, for the log. Waits for the stream.
    std::vector<double> weights_of_data() const;
    DataConsistencyStep const& consistency() const { return *consistency_; }

private:
    struct Unroll;

    index_t stages() const { return config_.unrolls + (config_.final_regulariser ? 1 : 0); }
    std::unique_ptr<Network> regulariser(index_t stage, ScanConditions const& conditions) const;
    LearnedNumber data_parameter(index_t unroll, ScanConditions const& conditions) const;

    ModelConfig config_;
    std::shared_ptr<DataConsistencyStep const> consistency_;
    std::vector<std::unique_ptr<Network>> networks_;  // one, or one an unroll
    std::vector<Parameter> data_parameters_, slopes_; // log lambda or step, [1] each; informed, how they follow what is told
};

} // namespace tessera
