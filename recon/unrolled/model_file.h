// Trained weights with all that a reconstruction must know of their training.
#pragma once

#include "nn/weights/weights.h"
#include "recon/scan/scan.h"
#include "recon/unrolled/model_config.h"

namespace tessera {

/// How k-space was sampled in training.
struct SamplingConfig {
    index_t dimensions = 3;                                        ///< 2 for volumes with one voxel in z
    std::array<double, 2> samples_per_voxel{0, 0};                 ///< fewest and most of all scans
    std::optional<std::array<index_t, 2>> coils{}, longest_axis{}; ///< the same; none in files of earlier versions
    std::optional<std::array<double, 2>> noise{};                  ///< of scans with noise samples, as noise_to_signal() has it
    void describe(ConfigVisitor& v) {
        v("dimensions", dimensions, "2 or 3.");
        v("samples_per_voxel", samples_per_voxel, "k-space points of the input over voxels: least and most of all scans.");
        v("coils", coils, "Coils after compression: least and most.");
        v("longest_axis", longest_axis, "Voxels along the longest axis: least and most.");
        v("noise", noise, "Deviation of the noise over the root mean square of k-space: least and most.");
    }
};

/// The header of a file of weights.
struct ModelInfo {
    ModelConfig model;
    MemoryConfig memory; ///< patch and halo of the training
    ScanConfig scan;     ///< density compensation and the like of the training
    SamplingConfig sampling;
    std::string normalisation = "99th percentile of |A^H W y|";

    Metadata metadata() const;
    /// Throws Error for files of other programs and versions.
    static ModelInfo of(Safetensors const& file);
};

/// Deviation of the noise of a sample over the root mean square of k-space; nothing where the scan has no noise samples.
std::optional<double> noise_to_signal(Scan const& scan);

} // namespace tessera
