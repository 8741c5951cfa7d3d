// Sensitivity maps from the acquisition itself.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/scan/scan_config.h"

#include <functional>

namespace tessera {

/// Joint estimation of image and maps by alternating least squares on the centre of k-space, calibrationless and for
/// any trajectory. Returns maps [coil, z, y, x] of `matrix` in `context` whose root sum of squares is 1 everywhere.
///
/// kspace: [coil, points]; trajectory [points, 3]; weights [points] (density compensation). They may live on any device;
/// calibration runs on the CPU. `told` gets the alternations done. Throws Error when k-space has no samples in its centre.
/// Source: Ying and Sheng 2007, doi:10.1002/mrm.21245.
Tensor<complex> jsense_maps(Context const& context, Matrix const& matrix, Tensor<complex> const& kspace, Tensor<real> const& trajectory,
    Tensor<real> const& weights, MapsConfig const& config, std::function<void(index_t)> const& told = {});

} // namespace tessera
