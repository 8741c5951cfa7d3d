// Reconstruction with trained weights.
#pragma once

#include "recon/methods/method_config.h"
#include "recon/sense/least_squares.h"
#include "recon/unrolled/model_file.h"

#include <functional>

namespace tessera {

/// Reads the weights and checks all of them that can be checked without a scan, before hours of work need them.
/// Throws Error as UnrolledReconstruction does.
void require_weights(MbdlConfig const& config, DensityConfig const& density);

/// An unrolled network with trained weights, for one scan.
class UnrolledReconstruction {
public:
    /// Reads /mbdl/weights, or where it is empty the weights that come with the program. Throws Error for weights that do not fit the scan and how it was prepared, saying why.
    UnrolledReconstruction(Context const& context, Scan const& scan, MbdlConfig const& config, DensityConfig const& density);

    /// What is unlike the scans that the weights were trained on, one sentence each.
    std::vector<std::string> const& warnings() const { return warnings_; }
    /// The image [z, y, x] in the scale of the data. `progress` gets the number of unrolls that are done, and of all.
    Tensor<complex> operator()(LeastSquares problem, std::function<void(index_t, index_t)> const& progress = {}) const;

private:
    ModelConfig model_;
    MemoryConfig memory_;
    ParameterList parameters_;
    std::optional<UnrolledNetwork> network_;
    std::vector<std::string> warnings_;
};

/// The part of check_fit() that needs no scan: density compensation and the number of unrolls.
void require_preparation(Safetensors const& file, ModelInfo const& trained, DensityConfig const& density, MbdlConfig const& config);

/// Refuses to reconstruct a scan with weights that were trained for another kind of data, saying why.
///
/// What is unlike the scans of the training (samples per voxel, noise, matrix, coils) comes back, one sentence each: figures of such a
/// reconstruction are to be shown with them.
std::vector<std::string> check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& density,
    MbdlConfig const& config);

} // namespace tessera
