// The signal-to-noise ratio of every voxel, by the method that made the image.
#pragma once

#include "recon/methods/methods.h"

namespace tessera {

/// |image| over the deviation that noise gives its real part: sqrt(mean |difference|^2 / 2) over `replicas` reconstructions of the scan
/// with one more realisation of its noise each, against the image itself.
///
/// image [z, y, x] in host memory is what the settings `chosen` make of the scan; 0 where all replicas agree. Of n replicas the deviation
/// is known to 1 / sqrt(2 n) in relative terms. `said` is asked for the progress of each. Throws Error for fewer than one replica.
/// Source: pseudo multiple replicas, Robson et al. 2008, doi:10.1002/mrm.21728.
Tensor<real> snr_map(Scan const& scan, ScanConfig const& config, MethodConfig const& chosen, Tensor<complex> const& image, index_t replicas,
    std::function<MethodProgress(char const*)> const& said = {});

} // namespace tessera
