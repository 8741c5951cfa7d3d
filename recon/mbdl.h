// Reconstruction with trained weights.
#pragma once

#include "recon/recon_config.h"
#include "recon/scan.h"

#include <functional>

namespace tessera {

/// Applies the unrolled network of /mbdl/weights to a scan. Returns [z, y, x], in the scale of the data.
/// `progress` gets the number of unrolls that are done, and of all. Throws Error for weights that do not fit, saying why.
Tensor<complex> reconstruct_mbdl(Context const& context, Scan const& scan, ReconConfig const& config,
    std::function<void(index_t, index_t)> const& progress);

} // namespace tessera
