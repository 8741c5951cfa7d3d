// A random scene: nobody's anatomy, so that what is learned from it is edges, textures and noise rather than organs.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/sampling_grid.h"

#include <cstdint>

namespace tessera {

/// Magnitudes [z, y, x], 0 ... about 1, in cpu memory, of a scene that follows from the seed.
///
/// A body of random size, place and turn, perhaps with a bright rim, perhaps none at all; in it solids of all sizes, dark and bright,
/// some of them mottled, vessel trees, thin sheets, and over everything a slow change of brightness. Air is 0.
Tensor<real> random_structures(SamplingGrid const& grid, std::uint64_t seed);

} // namespace tessera
