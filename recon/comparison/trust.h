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

/// The same of one image.
struct TrustMaps {
    MethodResult answers;               ///< of the lesion (none where the object has no place for it) and of the noise
    std::optional<Tensor<real>> lesion; ///< what became of the sphere: |with| - |without|
    Tensor<real> noise;                 ///< |difference| of the images of two realisations of the noise

    /// What a reader of the image should know, in words.
    std::vector<std::string> sentences() const;
};

/// What the settings `chosen` make of a sphere of TrustConfig's initial radius and contrast in this scan, and of other noise. `image` is
/// their image of the scan as it is, in host memory.
TrustMaps trust_of(Scan const& scan, ScanConfig const& config, MethodConfig const& chosen, Tensor<complex> const& image,
    std::function<MethodProgress(char const*)> const& said = {});

} // namespace tessera
