// Trained weights with all that a reconstruction must know of their training.
#pragma once

#include "nn/weights.h"
#include "recon/methods/recon_config.h"
#include "recon/scan/scan.h"
#include "recon/unrolled/unrolled_network.h"

namespace tessera {

/// How k-space was sampled in training.
struct SamplingConfig {
    index_t dimensions = 3;                ///< 2 for volumes with one voxel in z
    std::array<double, 2> samples_per_voxel{0, 0}; ///< fewest and most of all scans
    std::array<double, 2> noise{0, 0}, error{0, 0}; ///< noise and expected error of gridded images whose bright voxels are 1
    std::array<index_t, 2> coils{0, 0}, longest_axis{0, 0};
    void describe(ConfigVisitor& v) {
        v("dimensions", dimensions, "2 or 3.");
        v("samples_per_voxel", samples_per_voxel, "k-space points of the input over voxels: least and most of all scans.");
        v("noise", noise, "Noise of the gridded image, whose bright voxels are about 1: least and most; 0: not recorded.");
        v("error", error, "Error that is expected of the gridded image; likewise.");
        v("coils", coils, "Coils; likewise.");
        v("longest_axis", longest_axis, "Voxels along the longest axis; likewise.");
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

/// Refuses to reconstruct a scan with weights that were trained for another kind of data, saying why.
void check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& density, MbdlConfig const& config);

} // namespace tessera
