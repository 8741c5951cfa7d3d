// Several methods on the same scans: images, figures of merit, pictures.
#pragma once

#include "recon/comparison/case_images.h"
#include "recon/comparison/comparison_config.h"
#include "recon/comparison/measures.h"
#include "recon/methods/methods.h"

namespace tessera {

struct ComparedCase {
    CaseResult result;
    CaseImages images;
};

/// Reads, prepares and reconstructs input `i` with all methods.
///
/// Weights of regularisation are chosen first (/methods/N/sweep); time and memory are those of one reconstruction with the chosen
/// weight from the prepared scan, operators and their setup included. `said` gets the name of what is being done, then progress.
/// Throws Error naming the file, and for a reference of another shape.
ComparedCase compare_methods(Context const& context, ComparisonConfig const& config, std::vector<std::filesystem::path> const& files, std::size_t i,
    std::function<MethodProgress(std::string const&)> const& said = {});

} // namespace tessera
