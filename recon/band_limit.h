// Brings volumes to a coarser grid without aliasing.
#pragma once

#include "core/tensor.h"
#include "recon/acquisition.h"

namespace tessera {

/// The volume [z, y, x] sampled on `matrix` over the same field of view, after all frequencies above +-N/2 are removed.
///
/// Voxel N/2 (integer division) of either grid lies at the centre. Frequency N/2 of an even N counts as half of each sign,
/// so that real volumes stay real. Host memory. Throws Error where `matrix` is finer than the volume.
Tensor<complex> band_limited(Tensor<complex> const& volume, Matrix matrix);

} // namespace tessera
