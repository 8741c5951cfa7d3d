// tessera-train: from k-space files to the weights of an unrolled network.
#include "core/files/bytes.h"
#include "recon/planner/training_plan.h"
#include "recon/training/adaptation.h"
#include "recon/training/gradient_check.h"
#include "recon/training/run_folder.h"
#include "recon/training/training_run.h"
#include "recon/unrolled/model_file.h"
#include "tools/program/planning.h"
#include "tools/program/program.h"

#include <algorithm>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

struct Options {
    std::string resume;
    bool check_gradients = false;
    PlanOptions plan;
};

void check_gradients(TrainingConfig const& config) {
    auto const c = compare_gradients(make_context(config), config);
    fmt::print("block-wise against full-volume gradients, {} x {} x {} voxels{}, patches of {} x {} x {}:\n", c.matrix[0], c.matrix[1],
        c.matrix[2], c.matrix == c.original ? "" : fmt::format(" (cropped from {} x {} x {})", c.original[0], c.original[1], c.original[2]),
        c.patch[0], c.patch[1], c.patch[2]);
    fmt::print("relative difference: weights {:.1e}, {} {:.1e}, input {:.1e}\n", c.weights,
        make_data_consistency(config.model.data_consistency)->value_name(), c.consistency, c.input);
    fmt::print("peak device memory: block {}, full {}\n", format_bytes(c.block_peak), format_bytes(c.full_peak));
}

std::vector<fs::path> inputs_of(TrainingConfig const& config, fs::path const& file) {
    auto paths = expand_paths(config.data.train);
    auto const more = expand_paths(config.data.validation);
    paths.insert(paths.end(), more.begin(), more.end());
    paths.insert(paths.end(), {file, config.initial_weights});
    return paths;
}

// The checkpoint to go on from; none: the run starts anew.
std::optional<fs::path> checkpoint_of(TrainingConfig const& config, std::string const& resume) {
    if (resume.empty()) return {};
    if (resume != "auto") return fs::path(resume);
    auto const last = RunFolder::last_checkpoint(config);
    if (fs::exists(last)) return last;
    return {};
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    Usage const usage{.name = "tessera-train",
        .purpose = "Trains an unrolled network to reconstruct non-Cartesian MRI k-space.",
        .inputs = "data.train",
        .several = true,
        .shortcuts = {{"--validation", "data.validation"}, {"--weights", "initial_weights"}},
        .flags = {{"--adapt", "adapt=true", "Fit trained weights, by default those that come with the program, to the scans themselves"}},
        .examples = {"tessera-train scans/ -o run --validation more_scans/ --set steps=2000",
            "tessera-train scan.h5 -o run --set data.supervision=self_supervised", "tessera-train scan.h5 -o adapted --adapt",
            "tessera-train config.json --resume auto"},
        .fields = {"data.supervision", "data.target", "model.unrolls", "model.shared_weights", "memory.patch", "memory.checkpoints",
            "optimiser.learning_rate", "steps", "validate_every", "seed"}};
    return program<TrainingConfig>(
        usage, argc, argv,
        [&](TrainingConfig const& wanted, fs::path const& file, std::vector<std::string> const& given) {
            auto const config = wanted.adapt ? adapted(with_weights(wanted), given) : wanted;
            if (options.plan.plan) return print_plan(config, given, options.plan, plan_training, training_savings());
            if (options.check_gradients) return check_gradients(config);
            require_apart({RunFolder::last_checkpoint(config), RunFolder::best_checkpoint(config), config.output / "config.json"},
                inputs_of(config, file));
            // Before scans are prepared, which takes long.
            if (options.resume.empty()) RunFolder::require_new(config);
            auto const checkpoint = checkpoint_of(config, options.resume);
            if (checkpoint) Trainer::require_checkpoint(*checkpoint, config);
            if (!config.initial_weights.empty()) ModelInfo::of(Safetensors(config.initial_weights));
            auto const fitting = fitted(config, given, plan_training, training_savings());
            auto const context = make_context(fitting);
            run_training(context, fitting, checkpoint, "tessera-train " TESSERA_VERSION);
            options.plan.write_profile(config.output, context);
        },
        [&](CommandLine& line) {
            line.add_option("--resume", options.resume,
                "Go on with a run: a checkpoint, or \"auto\" for the one in /output, if there is one");
            options.plan.add_to(line);
            line.add_flag("--check-gradients", options.check_gradients, "Compare block-wise with full-volume gradients and exit");
        });
}
