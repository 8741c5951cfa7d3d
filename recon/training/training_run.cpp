#include "recon/training/training_run.h"

#include "core/device/device.h"
#include "core/files/bytes.h"
#include "core/terminal/interrupt.h"
#include "core/terminal/log.h"
#include "core/terminal/progress.h"
#include "recon/training/run_folder.h"

#include <cmath>

namespace tessera {
namespace {

namespace fs = std::filesystem;

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

class Training {
public:
    Training(Context const& context, TrainingConfig const& config, std::optional<fs::path> const& checkpoint, char const* program)
        : config_(config), trainer_(context, config), best_(load(checkpoint)), folder_(config, resumed_) {
        folder_.describe(context, trainer_);
        log_info("{}: {} scans to train on, {} parameters, on {}", program, trainer_.training_set().size(), trainer_.parameters().count(),
            device_in_words(context.device()));
        if (resumed_) log_info("going on after step {}", *resumed_);
    }

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
    Trainer trainer_;
    std::optional<index_t> resumed_;
    double best_;
    RunFolder folder_;
    index_t saved_ = -1, since_best_ = 0;
    double reported_at_start_ = 0, reported_of_best_ = 0; ///< errors of what chooses nothing
    std::string note_;
};

} // namespace

void run_training(Context const& context, TrainingConfig const& config, std::optional<fs::path> const& checkpoint, char const* program) {
    Training(context, config, checkpoint, program).run();
}

} // namespace tessera
