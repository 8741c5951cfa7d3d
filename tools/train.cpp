// tessera-train: from k-space files to the weights of an unrolled network.
#include "core/device/device.h"
#include "core/files/bytes.h"
#include "core/terminal/progress.h"
#include "recon/formats/read.h"
#include "recon/methods/shipped_weights.h"
#include "recon/planner/training_plan.h"
#include "recon/training/adaptation.h"
#include "recon/training/gradient_check.h"
#include "recon/training/run_folder.h"
#include "recon/unrolled/model_file.h"
#include "tools/planning.h"
#include "tools/program.h"

#include <algorithm>
#include <cmath>

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

std::string in_words(CaseRecord const& c) {
    auto const maybe = [](char const* format, double value) {
        return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "";
    };
    std::string const found = std::isfinite(c.residual)
        ? fmt::format("; fixed point after {:.0f} iterations, residual {:.1e}{}", c.iterations, c.residual,
              maybe(", Lipschitz constant about {:.3f}", c.lipschitz))
        : "";
    if (c.has_image()) return fmt::format("{} (in the object{})", summary(c.object), maybe("; seam {:.3f}", c.seam)) + found;
    return fmt::format("k-space error {:.4f} on held-out readouts (iterative SENSE: {:.4f}{}), {:.4f} on the selection", c.kspace_error,
               c.kspace_error_sense, maybe(", l1-wavelet: {:.4f}", c.kspace_error_l1_wavelet), c.kspace_error_selection) +
        found;
}

// The checkpoint to go on from; none: the run starts anew.
std::optional<fs::path> checkpoint_of(TrainingConfig const& config, std::string const& resume) {
    if (resume.empty()) return {};
    if (resume != "auto") return fs::path(resume);
    auto const last = RunFolder::last_checkpoint(config);
    if (fs::exists(last)) return last;
    return {};
}

std::vector<fs::path> inputs_of(TrainingConfig const& config, fs::path const& file) {
    auto paths = expand_paths(config.data.train);
    auto const more = expand_paths(config.data.validation);
    paths.insert(paths.end(), more.begin(), more.end());
    paths.insert(paths.end(), {file, config.initial_weights});
    return paths;
}

/// Where none are named, the weights that come with the program for the first scan, of which a rehearsal knows what is needed.
TrainingConfig with_weights(TrainingConfig config) {
    if (!config.initial_weights.empty()) return config;
    auto const files = expand_paths(config.data.train);
    require(!files.empty(), "/adapt: /data/train names no scans");
    LogPause const quiet;
    auto const context = Context::rehearsal(Device::cpu);
    auto const scan =
        prepare_scan(context, read_acquisition(files.front(), config.data.scan.read_options(), context.host()), config.data.scan, false);
    config.initial_weights = shipped_weights(scan, config.data.scan.density);
    return config;
}

class Training {
public:
    Training(TrainingConfig const& config, std::string const& resume)
        : config_(config), context_(make_context(config)), trainer_(context_, config), best_(load(checkpoint_of(config, resume))),
          folder_(config, resumed_) {
        folder_.describe(context_, trainer_);
        log_info("tessera-train {}: {} scans to train on, {} parameters, on {}", TESSERA_VERSION, trainer_.training_set().size(),
            trainer_.parameters().count(), device_in_words(context_.device()));
        if (resumed_) log_info("going on after step {}", *resumed_);
    }

    Context const& context() const { return context_; }

    void run() {
        if (trainer_.step_number() >= config_.steps) return log_info("all {} steps are done already", config_.steps);
        try {
            train();
        } catch (Error const& e) {
            log_debug("stopped by an error: {}", e.what()); // for log.txt: it is closed when the program prints the error
            try {
                folder_.write_report(fmt::format("Stopped by an error: {}", e.what()));
            } catch (Error const& second) {
                log_warn("the report cannot be written: {}", second.what()); // the first error is the one to know
            }
            auto const last = RunFolder::last_checkpoint(config_);
            if (fs::exists(last)) log_error("the last good checkpoint is {}", last.string());
            throw;
        }
        bool const complete = trainer_.step_number() >= config_.steps || impatient();
        if (impatient())
            log_info("no validation was better in {} in a row: the run ends after step {}", since_best_, trainer_.step_number());
        if (config_.adapt && !resumed_)
            log_info("adapted: the error of readouts that neither training nor choice has seen went from {:.4f} to {:.4f} ({:+.1f} %)",
                reported_at_start_, reported_of_best_, 100 * (reported_of_best_ / reported_at_start_ - 1));
        folder_.write_report(complete ? "The run is complete." : fmt::format("Stopped on request after step {}.", trainer_.step_number()));
        if (complete)
            log_info("wrote {}", config_.output.string());
        else
            log_info("stopped after step {} of {}; --resume auto goes on", trainer_.step_number(), config_.steps);
    }

private:
    double load(std::optional<fs::path> const& checkpoint) {
        if (!checkpoint) return std::numeric_limits<double>::infinity();
        double const best = trainer_.load(*checkpoint);
        resumed_ = trainer_.step_number();
        return best;
    }

    bool impatient() const { return config_.patience && since_best_ >= *config_.patience; }

    void train() {
        WholeSteps const whole;
        index_t const start = trainer_.step_number();
        if (start == 0) validate();
        Progress progress("training", config_.steps - start);
        while (trainer_.step_number() < config_.steps && !interruption() && !impatient()) {
            step();
            progress.update(trainer_.step_number() - start, note_);
        }
        if (saved_ != trainer_.step_number()) save();
    }

    // Checkpoints follow the validation of their step: who goes on from one need not measure again.
    void step() {
        auto const record = trainer_.step();
        folder_.add(record);
        note_ = fmt::format("loss {:.4g}, {:.2f} s a step, peak {}", record.loss, record.seconds, format_bytes(record.peak_bytes));
        bool const last = record.step == config_.steps;
        if (last || record.step % config_.validate_every == 0) validate();
        if (last || record.step % config_.checkpoint_every == 0) save();
    }

    void validate() {
        if (!trainer_.has_validation()) return;
        auto const record = trainer_.validate();
        folder_.add(record);
        for (auto const& c : record.cases) log_info("step {}, {}: {}", record.step, c.name, in_words(c));
        ++since_best_;
        bool const counts = trainer_.step_number() > 0 || config_.adapt; // weights that nothing has trained are no result
        if (trainer_.step_number() == 0) reported_at_start_ = record.reported();
        if (record.score() < best_ && counts) {
            best_ = record.score();
            since_best_ = 0;
            reported_of_best_ = record.reported();
            trainer_.save_best(RunFolder::best_checkpoint(config_));
        }
        folder_.write_report("The run is going on.");
    }

    void save() {
        saved_ = trainer_.step_number();
        trainer_.save(RunFolder::last_checkpoint(config_), best_);
        if (!trainer_.has_validation()) trainer_.save_best(RunFolder::best_checkpoint(config_));
    }

    TrainingConfig config_;
    Context context_;
    Trainer trainer_;
    std::optional<index_t> resumed_;
    double best_;
    RunFolder folder_;
    index_t saved_ = -1, since_best_ = 0;
    double reported_at_start_ = 0, reported_of_best_ = 0; ///< errors of what chooses nothing
    std::string note_;
};

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
            if (auto const checkpoint = checkpoint_of(config, options.resume)) Trainer::require_checkpoint(*checkpoint, config);
            if (!config.initial_weights.empty()) ModelInfo::of(Safetensors(config.initial_weights));
            Training training(fitted(config, given, plan_training, training_savings()), options.resume);
            training.run();
            options.plan.write_profile(config.output, training.context());
        },
        [&](CLI::App& app) {
            app.add_option("--resume", options.resume,
                "Go on with a run: a checkpoint, or \"auto\" for the one in /output, if there is one");
            options.plan.add_to(app);
            app.add_flag("--check-gradients", options.check_gradients, "Compare block-wise with full-volume gradients and exit");
        });
}
