// The images that methods make of one scan.
#pragma once

#include "recon/acquisition/geometry.h"

#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// Magnitudes [z, y, x] in host memory, scaled to the reference where there is one.
struct CaseImages {
    std::string name;
    std::vector<std::string> methods;
    std::vector<Tensor<real>> images;
    std::optional<Tensor<real>> reference;
    std::vector<Tensor<real>> repeats;  ///< |difference| of each method's images of two realisations of the noise; empty where not checked
    std::vector<Tensor<real>> lesions;  ///< what each method makes of the inserted lesion: |with| - |without|; empty where not checked
    std::optional<Tensor<real>> lesion; ///< the lesion itself
    Geometry geometry;
};

} // namespace tessera
