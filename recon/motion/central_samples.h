// What all coils see at k = 0, readout by readout.
#pragma once

#include "recon/acquisition/acquisition.h"

#include <complex>

namespace tessera {

struct CentralSamples {
    std::vector<index_t> readouts;                         ///< those that come within half a cycle per field of view of k = 0
    std::vector<std::vector<std::complex<double>>> values; ///< [coil][readout of the list]: mean of the innermost samples
    /// Root sum of squares over coils, [readout of the list].
    std::vector<double> magnitude() const;
};

/// The innermost sample of a readout and those that are at most 0.1 cycles per field of view farther out.
CentralSamples central_samples(Acquisition const& acquisition);

/// Readouts that are no part of the scan as the others are: in increasing order.
///
/// Spikes: the magnitude at k = 0 is more than 6 robust deviations (1.4826 times the median absolute deviation over the scan, at least 1 %
/// of the median) from the median of the readout and the four before and after it. Approach to steady state: all readouts before the first
/// one at which this running median lies between the 1st and 99th percentile of the second half of the scan, widened by their distance and
/// 2 % of the median on either side. A signal that decays throughout, as that of hyperpolarised gas, has such readouts, too.
std::vector<index_t> outlying_readouts(CentralSamples const& centre);

} // namespace tessera
