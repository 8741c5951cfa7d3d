// Whether methods show what was measured.
#pragma once

#include "recon/comparison/case_images.h"
#include "recon/comparison/comparison_config.h"
#include "recon/comparison/measures.h"
#include "recon/methods/methods.h"

namespace tessera {

/// Reconstructs the scan with a lesion and with other noise, with every method and the settings it has been given, and adds the
/// answers to `result` and `images`.
///
/// chosen, found: settings and image of each method. `said` is asked for the progress of method m. Where there is no mask of the object,
/// that of the second method's image (the first one's, if there is one only) stands for it.
void check_trust(Scan const& scan, Mask const& object, ComparisonConfig const& config, std::vector<MethodConfig> const& chosen,
    std::vector<Tensor<complex>> const& found, std::function<MethodProgress(std::size_t, char const*)> const& said, CaseResult& result,
    CaseImages& images);

} // namespace tessera
