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

/// Throws Error for a reference volume that cannot be read, is not finite or is zero, before anything is computed.
void require_reference(std::filesystem::path const& path);

/// Reads, prepares and reconstructs input `i` with all methods.
///
/// Weights of regularisation are chosen first (/methods/N/sweep); time and memory are those of one reconstruction with the chosen
/// weight from the prepared scan, operators and their setup included. `said` gets the name of what is being done, then progress.
/// Throws Error naming the file, and for a reference of another shape.
ComparedCase compare_methods(Context const& context, ComparisonConfig const& config, std::vector<std::filesystem::path> const& files,
    std::size_t i, std::function<MethodProgress(std::string const&)> const& said = {});

/// Writes <folder>/<case>/<method>.nii.gz, and reference.nii.gz where there is one: magnitudes, scaled as in CaseImages. What a file name
/// cannot have becomes an underscore. Returns the names below the folder.
std::vector<std::string> write_volumes(std::filesystem::path const& folder, CaseImages const& images);

} // namespace tessera
