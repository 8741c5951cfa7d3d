// Structural similarity as a loss.
#pragma once

#include "nn/losses/difference.h"

namespace tessera {

/// 1 - the mean structural similarity of the magnitudes of prediction and target over the voxels of a volume.
///
/// The same windows and constants as ssim() of recon/metrics/metrics.h, of which it is 1 minus: Gaussian of sigma 1.5 voxels in every
/// dimension, cut off at 5 voxels and renormalised where it sticks out of the volume; K1 = 0.01, K2 = 0.03; the data range is
/// the target's maximum within the mask; the windows themselves look beyond the mask. The gradient where p = 0 is 0.
/// Works through slabs of 16 slices, so that beside prediction, target and gradient it holds at most 248 real slices,
/// whatever the number of slices. Saves the prediction.
/// Shapes: prediction [z, y, x, 2], target and mask [z, y, x]; result [1].
/// Throws Error for shapes that do not fit, an empty mask and a target that is zero in it.
/// Source: Wang, Bovik, Sheikh, Simoncelli 2004, doi:10.1109/TIP.2003.819861.
Var ssim_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask = {});

} // namespace tessera
