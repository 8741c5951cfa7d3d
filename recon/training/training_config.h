// The configuration of a training run.
#pragma once

#include "core/device/device_config.h"
#include "nn/loss.h"
#include "nn/optimiser.h"
#include "nn/schedule.h"
#include "recon/training/baselines.h"
#include "recon/training/data_config.h"
#include "recon/unrolled/model_config.h"

namespace tessera {

struct TrainingConfig : DeviceConfig {
    std::filesystem::path output;
    std::uint64_t seed = 1;
    DataConfig data;
    ModelConfig model;
    std::filesystem::path initial_weights;
    bool adapt = false;
    MemoryConfig memory;
    std::vector<LossTerm> loss{LossTerm{}};
    bool loss_in_object = false;
    OptimiserConfig optimiser;
    ScheduleConfig schedule;
    BaselineConfig baselines;
    std::optional<double> average;
    index_t steps = 1000;
    index_t batch = 1;
    index_t validate_every = 100;
    std::optional<index_t> patience;
    index_t checkpoint_every = 50;

    void describe(ConfigVisitor& v) {
        v("output", output, "The folder of the run; made where it does not exist.", {.required = true});
        v("seed", seed, "Fixes initial weights, order of the data and draws of readouts.");
        DeviceConfig::describe(v);
        v("data", data, "What to train and to measure on.");
        v("model", model, "The unrolled network.");
        v("initial_weights", initial_weights,
            "Trained weights to start from (safetensors), of the same network; the number of unrolls may differ where "
            "weights are shared. Empty: random ones.");
        v("adapt", adapt,
            "Fits the initial weights, empty: those that come with the program, to the scans of data.train by their own readouts: network, memory "
            "and density compensation are theirs, and steps are few and small where the configuration does not say otherwise.");
        v("memory", memory, "What is kept for the gradients, and where.");
        v("loss", loss, "supervised: terms that are added. Self-supervised runs always use the density-weighted L2 norm in k-space.");
        v("loss_in_object", loss_in_object, "supervised: voxels outside the object (air) do not count.");
        v("optimiser", optimiser, "How gradients change weights.");
        v("schedule", schedule, "How the learning rate changes.");
        v("baselines", baselines, "self_supervised: what the network is measured beside, apart from iterative SENSE.");
        v("average", average, "Decay of the moving average of weights that is validated and saved as the best; null: none.",
            {.above = 0, .max = 0.99999});
        v("steps", steps, "Changes of the weights.", {.min = 1});
        v("batch", batch, "Scans whose gradients are added up for one step; they pass one after the other.", {.min = 1, .max = 1 << 16});
        v("validate_every", validate_every, "Steps between two validations; one more follows the last step.", {.min = 1});
        v("patience", patience, "Validations without a better one after which the run ends; null: it never does.", {.min = 1});
        v("checkpoint_every", checkpoint_every, "Steps between two writings of checkpoints/last.safetensors.", {.min = 1});
    }
};

} // namespace tessera
