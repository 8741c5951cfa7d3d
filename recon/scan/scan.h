// A scan on the way to its image: what every reconstruction method starts from.
#pragma once

#include "recon/scan/coil_maps.h"
#include "recon/scan/scan_config.h"

namespace tessera {

/// Density-compensated, whitened, compressed data with sensitivity maps, in the memory of the computing device; k-space, the largest
/// part, waits on the host (context.host()), from where operators take it a pass of coils at a time.
struct Scan {
    Matrix matrix{};
    Geometry geometry;                     ///< with the field of view of `matrix`
    index_t readouts = 0, samples = 0;     ///< points = readouts x samples
    Tensor<complex> kspace;                ///< [coil, points], in any memory
    Tensor<real> trajectory;               ///< [points, 3]
    Tensor<real> weights;                  ///< [points]
    CoilMaps maps;                         ///< [coil, z, y, x], root sum of squares 1; none where the method needs none
    std::optional<Tensor<real>> expected;  ///< [z, y, x] magnitude that a perfect reconstruction has, where the file knows
    std::optional<Tensor<complex>> target; ///< [z, y, x] what `maps` make of the true coil images, where the file knows them
    std::vector<VesselSegment> vessels;    ///< the vessel tree in mm from the volume's centre; empty where the file knows none
    /// Where the scan is whitened, noise is independent between coils and of this deviation (E |n|^2 = deviation^2 a sample).
    std::optional<double> noise_deviation;
    bool soft_gated = false; ///< `weights` also tell readouts apart by breathing: an image without them would be ungated
};

/// Prepares an acquisition in `context` as configured: readouts, field of view, whitening, compression, density, maps.
/// Every decision that the configuration leaves open is logged. Throws Error naming the input.
/// `maps`: whether sensitivity maps are needed.
Scan prepare_scan(Context const& context, Acquisition acquisition, ScanConfig const& config, bool maps);

/// The acquisition cut to readouts [begin, end). Throws Error when they are not there.
Acquisition select_readouts(Acquisition const& acquisition, index_t begin, index_t end);

} // namespace tessera
