// The folder of a training run.
#pragma once

#include "core/files/lock.h"
#include "core/terminal/log.h"
#include "recon/training/run_metrics.h"
#include "recon/training/trainer.h"
#include "recon/training/training_report.h"

namespace tessera {

/// What a training run leaves behind, written as it goes:
///
///     config.json, environment.json      what ran, where
///     held_out.json, baselines.json      self-supervised: readouts that nothing is trained on; what other methods do
///     log.txt                            messages
///     metrics.{csv,jsonl}, validation.{csv,jsonl}
///     checkpoints/last.safetensors       to go on from; checkpoints/best.safetensors: to reconstruct with
///     previews/step_000100.png           the first validation scan
///     report.html                        curves and the latest preview in one file
class RunFolder {
public:
    /// Where the folder has a run already that should not go on, throws Error.
    /// resumed_step: the step that the run goes on after; none for a new run.
    RunFolder(TrainingConfig const& config, std::optional<index_t> resumed_step);

    /// Throws Error where the folder has a run already.
    static void require_new(TrainingConfig const& config);

    static std::filesystem::path last_checkpoint(TrainingConfig const& config) {
        return config.output / "checkpoints" / "last.safetensors";
    }
    static std::filesystem::path best_checkpoint(TrainingConfig const& config) {
        return config.output / "checkpoints" / "best.safetensors";
    }

    /// Facts for environment.json and the report; the trainer keeps its baselines here.
    void describe(Context const& context, Trainer& trainer);
    void add(StepRecord const& record);
    void add(ValidationRecord const& record);
    /// status: one sentence on the state of the run.
    void write_report(std::string const& status) const;

private:
    TrainingConfig config_;
    FileLock lock_;
    LogFile log_;
    RunMetrics metrics_;
    std::vector<std::pair<std::string, std::string>> facts_;
    std::optional<report::Preview> preview_;
};

} // namespace tessera
