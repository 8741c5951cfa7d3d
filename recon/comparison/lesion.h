// A known small feature added to a scan: what a reconstruction makes of it shows whether it can be trusted with what it has
// not been asked for.
#pragma once

#include "recon/metrics/metrics.h"
#include "recon/scan/scan.h"

namespace tessera {

/// A sphere with a soft edge (2D: a disc): contrast 1/2 erfc((d - radius) / (sqrt(2) 0.75)) at d voxels from its centre.
///
/// The edge is a Gaussian's of 0.75 voxels, so the sphere is band-limited as far as the matrix can tell and may lie between voxels.
struct Lesion {
    Vector3 centre{};    ///< z, y, x index of a voxel, not necessarily whole
    double radius = 2;   ///< voxels
    double contrast = 0; ///< what it adds to the magnitude, in the image's units
};

/// The darkest place for a lesion inside the object: where the reference's largest value within radius + 2 voxels along each axis is
/// smallest, the first of several.
///
/// All voxels within that distance lie in the mask, and the centre in the inner 80 % of each axis, as slab profiles fade at its ends.
/// Streaks in the air may get into a mask, so places with signal (a fifth of the robust maximum) on both sides along y and x, as a
/// lung has, come before all others.
/// Shapes: [z, y, x] in host memory. Throws Error where the object has no such place, and for a radius that is not above zero.
Lesion place_lesion(Tensor<real> const& reference, Tensor<real> const& mask, double radius, double contrast);

/// The lesion as an image [z, y, x] in host memory, with the phase of an image around it so that magnitudes add.
///
/// The phase is that of the mean of the image around each voxel, with Gaussian weights of 2 voxels, as in dark places single voxels
/// are mostly noise; 0 where that is zero. `phase` may be in any memory.
Tensor<complex> lesion_image(Lesion const& lesion, Tensor<complex> const& phase);

/// The scan as it would be with that image [z, y, x] added to the object, seen with the scan's maps by a transform of accuracy 1e-6.
/// The scan itself stays; the answer has no true image, which would not show it. Throws Error for a scan without maps.
Scan with_image_added(Scan const& scan, Tensor<complex> const& added, index_t coils_per_pass = 8);

/// What a reconstruction makes of a lesion.
struct LesionAnswer {
    double recovery = 0; ///< mean of |with| - |without| over the core, over that of the lesion: 1 is right, 0 is gone
    double spread = 0;   ///< ||with - without|| beyond radius + 3 voxels over ||lesion||: 0 is right
};

/// Compares reconstructions of the scan with and without the lesion; its core is where it has half its largest contrast or more.
/// Shapes: images [z, y, x] in any memory; `added` from lesion_image(). Throws Error for unequal shapes and a lesion outside the volume.
LesionAnswer lesion_answer(Tensor<complex> const& without, Tensor<complex> const& with, Lesion const& lesion, Tensor<complex> const& added);

} // namespace tessera
