// What a training run measures, kept in the files of its folder.
#pragma once

#include "core/files/row_log.h"
#include "recon/metrics/image_quality.h"

#include <limits>

namespace tessera {

/// One step of the optimiser.
struct StepRecord {
    static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

    index_t step = 0; ///< 1 for the first
    double loss = 0;
    std::vector<double> terms; ///< of the loss, before their weights, in the order of the columns; empty for self-supervision
    double learning_rate = 0;
    std::vector<double> lambda;         ///< of each set of weights (or its step size)
    double gradient_norm = 0;           ///< before clipping
    double cg_residual_forward = kNone; ///< largest of the unrolls; NaN where data consistency needs no solver
    double cg_residual_backward = kNone;
    double seconds = 0;    ///< this step took
    double peak_bytes = 0; ///< of device memory during this step
    // Of an equilibrium, the largest of the batch; NaN elsewhere.
    double iterations = kNone, residual = kNone; ///< until the fixed point was reached, and where it ended
    double iterations_backward = kNone, residual_backward = kNone;
    double gain = kNone;    ///< by which a step enlarged the difference of two images
    double penalty = kNone; ///< before its weight; NaN where it has none
};

/// One held-out case, or the mean over all, after a step.
struct CaseRecord {
    static constexpr char const* kMean = "mean";
    static constexpr double kNone = StepRecord::kNone;
    static constexpr ImageQuality kNoQuality{kNone, kNone, kNone, kNone, kNone, kNone};

    index_t step = 0;
    std::string name;                                      ///< of the case; kMean for the mean
    ImageQuality object = kNoQuality, volume = kNoQuality; ///< in the object's mask and without
    double seam = kNone;                                   ///< seam_ratio(); NaN without patches
    // Self-supervised runs have no image to compare with (object and volume are NaN) and measure these; NaN elsewhere.
    double kspace_error = kNone;            ///< ||W^1/2 (A x - y)|| / ||W^1/2 y|| of held-out readouts
    double kspace_error_sense = kNone;      ///< of iterative SENSE, lambda chosen by the selection
    double kspace_error_l1_wavelet = kNone; ///< of compressed sensing, lambda chosen likewise
    double kspace_error_selection = kNone;  ///< as kspace_error, of the readouts that the best weights are chosen by
    // Of an equilibrium; NaN elsewhere.
    double iterations = kNone, residual = kNone; ///< until the fixed point was reached, and where it ended
    double lipschitz = kNone;                    ///< of a step there, as estimated; NaN where it is not

    bool has_image() const { return object.nrmse == object.nrmse; } ///< whether there was an image to compare with
};

/// The mean of rows of one step, as a row of its own. Throws Error where there is none.
CaseRecord mean_of(std::vector<CaseRecord> const& cases);

/// Writes metrics.{csv,jsonl} and validation.{csv,jsonl} (docs/formats.md) and keeps all rows for the report.
class RunMetrics {
public:
    /// terms: names of the loss's terms; equilibrium: whether there are fixed points. The files in `folder`, which exists, are started anew.
    RunMetrics(std::filesystem::path const& folder, std::vector<std::string> terms, index_t unrolls, bool equilibrium);
    /// Goes on after `resumed_step`: later rows are removed from the files.
    /// Throws Error for files whose rows are damaged or have other columns.
    RunMetrics(std::filesystem::path const& folder, std::vector<std::string> terms, index_t unrolls, bool equilibrium,
        index_t resumed_step);

    /// Throws Error for another number of terms or unrolls than the run has.
    void add(StepRecord const& row);
    void add(CaseRecord const& row);

    std::vector<std::string> const& terms() const { return terms_; }
    index_t unrolls() const { return unrolls_; }
    std::vector<StepRecord> training() const;
    std::vector<CaseRecord> validation() const;

private:
    std::vector<std::string> terms_;
    index_t unrolls_;
    bool equilibrium_;
    RowLog training_, validation_;
};

} // namespace tessera
