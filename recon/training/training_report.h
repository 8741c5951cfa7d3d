// The report of a training run: report.html.
#pragma once

#include "recon/pictures/montage.h"
#include "recon/training/run_metrics.h"

#include <utility>

namespace tessera::report {

/// The images of one held-out case.
struct Preview {
    std::string title; ///< "case, step 1000"
    std::string note;  ///< below the images
    Montage montage;
};

struct TrainingReport {
    std::string title;
    std::string status;                                     ///< one sentence: running, complete, stopped because ...
    std::vector<std::pair<std::string, std::string>> facts; ///< configuration and environment, shown as a table
    std::vector<std::string> terms;                         ///< names of the loss's terms
    std::vector<StepRecord> training;
    std::vector<CaseRecord> validation;
    std::vector<Preview> previews;
};

/// The whole page: state and best values, curves, the held-out cases, previews, facts. Nothing is loaded from elsewhere.
std::string html(TrainingReport const& report);

/// Writes html(report) under a temporary name and renames it. Throws Error.
void write_report(std::filesystem::path const& path, TrainingReport const& report);

} // namespace tessera::report
