// What another realisation of the noise changes: the scan with more noise, and how much two images differ.
#pragma once

#include "recon/metrics/metrics.h"
#include "recon/scan/scan.h"

#include <cstdint>
#include <vector>

namespace tessera {

/// The noise of the samples of a scan as prepared.
struct NoiseLevel {
    std::vector<double> deviation; ///< of each coil's complex samples: root of E |n|^2
    bool measured = false;         ///< from the file's noise samples; else estimated from the scan itself
};

/// The same for all coils where the scan is whitened by the file's noise samples, else an estimate, which is logged.
///
/// The estimate takes the tenth of the samples that is outermost in k-space, where there is least signal, and the differences of
/// neighbours on a readout, in which smooth signal cancels; their median magnitude is that of normal noise of the answer's
/// deviation. Signal that remains makes it too large, and a scan without noise still has a level.
/// Throws Error for a scan without neighbouring samples to take.
NoiseLevel noise_level(Scan const& scan);

/// The scan with one more realisation of noise added, independent between coils; number i of a seed belongs to sample i.
///
/// The noise that the scan has stays, so the replica has twice its variance. The true image and that of the scan are untouched.
/// Throws Error for another number of coils and a level that is not above zero.
/// Source: the pseudo multiple replica method, Robson et al. 2008, doi:10.1002/mrm.21728.
Scan noise_replica(Scan const& scan, NoiseLevel const& level, std::uint64_t seed);

/// How much two images of the same object differ.
struct Repeatability {
    double difference = 0; ///< ||first - second|| / ||first|| in the mask, complex
    Tensor<real> map;      ///< |first - second| [z, y, x] in host memory, everywhere
};

/// Shapes: [z, y, x] in any memory. Throws Error for unequal shapes, an empty mask, a first image of zero and values that are not finite.
Repeatability repeatability(Tensor<complex> const& first, Tensor<complex> const& second, Mask const& mask = {});

} // namespace tessera
