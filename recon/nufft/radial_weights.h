// Analytic density compensation of straight readouts through the centre of k-space.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// The volume of k-space between the neighbours of each sample, for radial trajectories, normalised (normalise_weights()).
///
/// Found from the trajectory: 3D radial (shells, k^2), 2D radial (rings, |k|, with the angles to the neighbouring readouts) and
/// stacks of stars; full spokes, centre-out ones and mixtures; samples at one place, as those at k = 0, share their part.
/// In 3D the readouts must cover the ellipsoid of the trajectory's extents evenly.
/// trajectory: [readout, sample, 3] in cycles per field of view; the result is [readout, sample], in the trajectory's context.
/// Throws Error for a readout that is not straight or does not point at the centre.
Tensor<real> radial_weights(Matrix matrix, Tensor<real> const& trajectory);

} // namespace tessera
