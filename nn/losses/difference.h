// Losses that are sums over voxels or k-space points of the difference between prediction and target.
//
// The prediction is a map [..., 2], complex numbers as two channels; the target is a constant. Sums are accumulated in double
// in an order that does not depend on the number of threads. All of them save the prediction, and throw Error for shapes that
// do not fit, for a mask or weights that leave nothing to count, and where they divide by a target that is zero.
#pragma once

#include "nn/tape.h"

#include <optional>

namespace tessera {

/// Voxels where it is 0 do not count; none: all do.
using LossMask = std::optional<Tensor<real>>;

/// Mean of |p - t|. Its gradient where p = t is 0. Shapes: prediction [z, y, x, 2], target and mask [z, y, x]; result [1].
Var l1_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask = {});
/// Mean of |p - t|^2. Shapes as l1_loss.
Var l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask = {});
/// ||p - t||^2 / ||t||^2, sums within the mask. Shapes as l1_loss.
Var normalised_l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask = {});
/// Sum of w |p - t|^2 over sum of w |t|^2: with density compensation as w, of k-space, every region of it counts as its volume.
/// Shapes: prediction [coil, points..., 2], target [coil, points...], weights [points...], not negative; result [1].
/// Source: Yaman et al. 2020, doi:10.1002/mrm.28378 (the loss in k-space, self-supervised).
Var weighted_l2_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, Tensor<real> const& weights);

} // namespace tessera
