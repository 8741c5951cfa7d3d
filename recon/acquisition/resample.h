// Brings volumes to other grids.
#pragma once

#include "recon/acquisition/sampling_grid.h"

namespace tessera {

/// The volume [z, y, x] sampled on `matrix` over the same field of view, after all frequencies above +-N/2 are removed.
///
/// Voxel N/2 (integer division) of either grid lies at the centre. Frequency N/2 of an even N counts as half of each sign,
/// so that real volumes stay real. Host memory. Throws Error where `matrix` is finer than the volume.
Tensor<complex> band_limited(Tensor<complex> const& volume, Matrix matrix);

/// The volume [z, y, x] of field of view `from_mm` (z, y, x), interpolated linearly on `matrix` of field of view `to_mm`
/// around the same centre; averaged where `matrix` is coarser, 0 outside of the volume. Host memory.
Tensor<complex> interpolated(Tensor<complex> const& volume, PerAxis const& from_mm, Matrix matrix, PerAxis const& to_mm);

} // namespace tessera
