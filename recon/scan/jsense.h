// Sensitivity maps from the acquisition itself.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/scan/coil_maps.h"
#include "recon/scan/scan_config.h"

#include <functional>

namespace tessera {

/// What jsense_maps() makes its maps of: coefficients of CoilBasis [coil, bz, by, bx] of any scale, in host memory.
Tensor<complex> jsense_coefficients(Matrix const& matrix, Tensor<complex> const& kspace, Tensor<real> const& trajectory,
    Tensor<real> const& weights, MapsConfig const& config, std::function<void(index_t)> const& told = {});

/// The maps of coefficients, plane by plane, of `matrix` and with a root sum of squares of 1.
MapPlanes basis_planes(Matrix const& matrix, Tensor<complex> const& coefficients, index_t order);

/// Joint estimation of image and maps by alternating least squares on the centre of k-space, calibrationless and for
/// any trajectory. Returns maps [coil, z, y, x] of `matrix` in `context` whose root sum of squares is 1 everywhere.
///
/// kspace: [coil, points]; trajectory [points, 3]; weights [points] (density compensation). They may live on any device;
/// calibration runs on the CPU. `told` gets the alternations done. Throws Error when k-space has no samples in its centre.
/// Source: Ying and Sheng 2007, doi:10.1002/mrm.21245.
Tensor<complex> jsense_maps(Context const& context, Matrix const& matrix, Tensor<complex> const& kspace, Tensor<real> const& trajectory,
    Tensor<real> const& weights, MapsConfig const& config, std::function<void(index_t)> const& told = {});

} // namespace tessera
