// What a model is made of, and how it may use memory.
#pragma once

#include "core/arrays/volume_store.h"
#include "nn/network_config.h"
#include "recon/unrolled/data_consistency.h"

#include <optional>

namespace tessera {

enum class ModelKind {
    unrolled,   ///< so many steps
    equilibrium ///< as many as it takes until the image no longer changes
};
constexpr std::array<std::string_view, 2> config_names(ModelKind) { return {"unrolled", "equilibrium"}; }

enum class EquilibriumGradient {
    implicit, ///< of the fixed point, by the implicit function theorem
    one_step  ///< of the last step alone, its input taken for a constant
};
constexpr std::array<std::string_view, 2> config_names(EquilibriumGradient) { return {"implicit", "one_step"}; }

/// How the fixed point and its gradient are found.
struct EquilibriumConfig {
    double tolerance = 1e-3;
    index_t iterations = 30;
    index_t acceleration = 5;
    bool safeguard = true;
    EquilibriumGradient gradient = EquilibriumGradient::implicit;
    double backward_tolerance = 1e-2;
    index_t backward_iterations = 30;
    double penalty = 0;
    index_t lipschitz_iterations = 0;

    void describe(ConfigVisitor& v) {
        v("tolerance", tolerance, "Iterate until a step changes the image by less than this part of it.", {.above = 0, .max = 1});
        v("iterations", iterations, "Iterations at most.", {.min = 1, .max = 100000});
        v("acceleration", acceleration, "Earlier iterations that Anderson's acceleration looks at; 0: plain iteration.",
            {.min = 0, .max = 50});
        v("safeguard", safeguard, "Takes an accelerated step back that makes the residual grow, and goes on from a plain one.");
        v("gradient", gradient, "That of the fixed point, or of its last step alone, which is cheaper and less exact.");
        v("backward_tolerance", backward_tolerance, "implicit: the same as tolerance, for the system that gradients need.",
            {.above = 0, .max = 1});
        v("backward_iterations", backward_iterations, "implicit: its iterations at most.", {.min = 1, .max = 100000});
        v("penalty", penalty,
            "Weight, in the loss, of how much the network enlarges a small random change of the fixed point (mean square); 0: none.",
            {.min = 0});
        v("lipschitz_iterations", lipschitz_iterations,
            "Power iterations by which validations estimate the Lipschitz constant of a step at the fixed point; 0: no estimate.",
            {.min = 0, .max = 1000});
    }
};

struct ModelConfig {
    ModelKind kind = ModelKind::unrolled;
    index_t unrolls = 5;
    EquilibriumConfig equilibrium;
    bool shared_weights = true;
    bool informed = false;
    bool final_regulariser = false;
    NetworkConfig network;
    DataConsistencyConfig data_consistency;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "Regulariser and data consistency take turns so many times, or until nothing changes any more.");
        v("unrolls", unrolls, "unrolled: how often regulariser and data consistency take turns.", {.min = 1, .max = 1000});
        v("equilibrium", equilibrium, "equilibrium: how the fixed point and its gradient are found.");
        v("shared_weights", shared_weights, "One network and one lambda (or step) for all unrolls, or one for each.");
        v("informed", informed, "The network and lambda know the scan's noise and expected error, and which unroll it is.");
        v("final_regulariser", final_regulariser,
            "The regulariser acts once more after the last data consistency, on the noise that came back.");
        v("network", network, "The regularising network.");
        v("data_consistency", data_consistency, "The step that knows the measurement.");
    }

    /// Sets of weights: one for all steps, or one for each.
    index_t sets_of_weights() const { return shared_weights ? 1 : unrolls; }
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
        v("policy", policy, "What training keeps for its gradients; all give the same gradients. An equilibrium takes full for unroll.");
        v("patch", patch, "block: voxels of a patch along z, y, x, without its halo.", {.min = 1, .max = kLongestAxis});
        v("halo", halo, "block: voxels read around a patch; null is what the network sees, so that results are exact.",
            {.min = 0, .max = kLongestAxis});
        v("checkpoints", checkpoints, "unroll and block: where the volumes between unrolls, or of earlier iterations, wait.");
    }
};

} // namespace tessera
