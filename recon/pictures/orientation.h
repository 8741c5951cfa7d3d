// Which side of the patient the ends of a volume's axes are.
#pragma once

#include "recon/acquisition/acquisition.h"

namespace tessera {

/// The letters of both ends of the axes z, y, x: R and L (right, left), A and P (anterior, posterior), I and S (inferior, superior).
struct Orientation {
    std::array<char, 3> low{}, high{}; ///< at the first and at the last voxel
};

/// Those of the patient's axis that is nearest to each axis of the volume.
Orientation orientation_of(Geometry const& geometry);

} // namespace tessera
