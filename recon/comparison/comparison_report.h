// The report of a comparison: report.html.
#pragma once

#include "recon/comparison/comparison.h"
#include "recon/pictures/chart.h"
#include "recon/pictures/montage.h"

#include <utility>

namespace tessera::report {

/// The pictures of one case, without its volumes.
struct CasePictures {
    std::string name;
    std::vector<std::pair<std::string, Montage>> montages; ///< title and pictures
    std::vector<std::string> notes;                        ///< below each montage
    Chart profile;
};

/// Slices, projections, error maps (times `error_factor`, where there is a reference), a line profile and, where they were made, the
/// answers to the lesion and the differences of repeats; all methods in one window.
CasePictures make_pictures(CaseImages const& images, double error_factor);

struct ComparisonReport {
    std::string title;
    std::vector<CaseResult> cases;
    std::size_t against = 0; ///< the method that others are compared with
    std::vector<CasePictures> pictures;
    std::vector<std::string> warnings;                      ///< what the program warned of, in the order it did
    std::vector<std::pair<std::string, std::string>> facts; ///< configuration and environment, shown as a table
};

/// The whole page: figures of all cases, then each case with its pictures, then how everything was made. Nothing is loaded from elsewhere.
std::string html(ComparisonReport const& report);

} // namespace tessera::report
