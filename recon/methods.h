// Reconstruction methods.
#pragma once

#include "recon/scan.h"

#include <functional>

namespace tessera {

/// Whether the method works with sensitivity maps.
bool needs_maps(ReconConfig const& config);

/// Density-compensated adjoint, combined over coils by root sum of squares or by maps. Returns [z, y, x].
Tensor<complex> reconstruct_gridding(Context const& context, Scan const& scan, ReconConfig const& config);

/// argmin ||W^1/2 (A x - y)||^2 + lambda ||x||^2 by conjugate gradients. Returns [z, y, x].
/// `progress` gets the iteration (from 1) and the relative residual.
/// Source: Pruessmann et al. 2001, doi:10.1002/mrm.1241.
Tensor<complex> reconstruct_cg_sense(Context const& context, Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, double)> const& progress);

/// Compressed sensing with wavelets, see recon/compressed_sensing.h. Returns [z, y, x].
/// `progress` gets the iteration (0: the start), the cost and the relative change of the image.
Tensor<complex> reconstruct_l1_wavelet(Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, double, double)> const& progress);

} // namespace tessera
