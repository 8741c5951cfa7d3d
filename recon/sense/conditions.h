// What a scan says about itself, so that a trained network need not guess it from the image.
#pragma once

#include "core/arrays/linear_operator.h"

#include <optional>

namespace tessera {

/// The conditions under which a scan was measured, in the units of its normalised image A^H W y / scale.
struct ScanConditions {
    double noise = 0.05;         ///< deviation of the complex noise in a voxel (E |n|^2 = noise^2)
    double inconsistency = 0.02; ///< root mean square of b - A^H W A b for b = A^H W y: what gridding makes of its own image
};

/// Deviation of the noise of one sample, E |n|^2 = deviation^2, mean over coils: where it is not known, estimated from the weakest
/// quarter of the samples in the outer tenth of k-space, where noise prevails.
/// Shapes: kspace [coil, points], trajectory [points, 3].
double noise_of_sample(std::optional<double> known, Tensor<complex> const& kspace, Tensor<real> const& trajectory);

/// `normal` is A^H W A with maps whose root sum of squares is 1, `weights` [points], b = A^H W y / scale.
///
/// Noise of deviation d in every sample has the deviation d sqrt(sum w^2 / voxels) in A^H W y. Costs one normal operator; waits for the stream.
ScanConditions scan_conditions(LinearOperator const& normal, Tensor<complex> const& b, Tensor<real> const& weights, double noise_of_sample,
    double scale);

} // namespace tessera
