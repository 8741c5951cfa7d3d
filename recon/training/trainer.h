// Trains a model.
#pragma once

#include "nn/moving_average.h"
#include "nn/weights/safetensors.h"
#include "recon/models/models.h"
#include "recon/training/baselines.h"
#include "recon/training/run_metrics.h"
#include "recon/training/training_config.h"
#include "recon/training/training_set.h"

namespace tessera {

/// Magnitudes [z, y, x] of one scan in host memory, for pictures.
struct Preview {
    std::string name;
    Tensor<real> input, output, target; ///< scaled to the target; target: empty for self-supervision
    PerAxis voxel_mm{1, 1, 1};
};

struct ValidationRecord {
    index_t step = 0;
    std::vector<CaseRecord> cases;
    std::optional<Preview> preview; ///< of the first scan
    /// What the best weights have least of: the mean NRMSE in the object, or the mean k-space error of the selection.
    double score() const;
    /// The same of what chooses nothing: the mean NRMSE in the object, or the mean k-space error of the readouts that are reported.
    double reported() const;
};

/// A network, its optimiser and the scans.
///
/// All that a step does is a function of the configuration, the scans, the weights, the optimiser's and the average's state
/// and the number of the step: a run that stops and goes on gets the same bits as one that did not stop.
class Trainer {
public:
    /// Reads and prepares all scans. Throws Error. `progress` gets the number of scans that are ready.
    Trainer(Context const& context, TrainingConfig const& config, std::function<void(index_t)> const& progress = {});

    /// Steps done.
    index_t step_number() const { return step_; }
    /// Does one step. Where memory runs out on the way, the step is done again with smaller patches or fewer coils at once, which
    /// change its gradient by rounding only. Throws Error where something is not finite, saying where, and OutOfMemory where
    /// there is nothing to make smaller; the weights are then those before the step.
    StepRecord step();
    /// Measures on the validation scans, with the averaged weights where there is an average.
    ValidationRecord validate();
    /// A file for the baselines of self-supervised validation, so that a run that goes on need not find them again.
    void keep_baselines(std::filesystem::path const& file) { baselines_.keep_in(file); }
    bool has_validation() const { return validation_.size() > 0; }

    /// Everything that going on needs, and what a reconstruction needs. `best`: the score of the best weights so far.
    void save(std::filesystem::path const& file, double best) const;
    /// For reconstructions only: the averaged weights where there is an average.
    void save_best(std::filesystem::path const& file);
    /// Goes on where a file of save() was written; returns its `best`. Throws Error where it does not fit the configuration.
    double load(std::filesystem::path const& file);
    /// What load() would refuse without a look at the weights themselves, known before scans are prepared.
    static void require_checkpoint(std::filesystem::path const& file, TrainingConfig const& config);

    ParameterList const& parameters() const { return parameters_; }
    ReconstructionNetwork const& network() const { return *network_; }
    /// What files of weights say about themselves.
    Metadata metadata() const;
    TrainingSet const& training_set() const { return training_; }
    TrainingSet const& validation_set() const { return validation_; }

private:
    StepRecord attempt();
    bool take_less();
    LossValue loss_of(Tape& tape, Example const& example, Var const& prediction) const;
    void add_fixed_point(FixedPointReport const& found, StepRecord& record);
    void check_gradients(double norm, std::string const& scans) const;
    CaseRecord measure(std::size_t i, Preview* preview);
    NamedTensors state() const;
    void start_from(std::filesystem::path const& file) const;

    Context context_;
    TrainingConfig config_;
    TrainingSet training_, validation_;
    ParameterList parameters_;
    std::unique_ptr<ReconstructionNetwork> network_;
    Optimiser optimiser_;
    std::optional<MovingAverage> average_;
    index_t step_ = 0;
    bool warned_ = false, warned_of_memory_ = false, warned_of_fixed_point_ = false, warned_of_its_gradient_ = false;
    Baselines baselines_;
};

} // namespace tessera
