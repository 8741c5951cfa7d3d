// Reconstruction with trained weights.
#pragma once

#include "recon/methods/method_config.h"
#include "recon/models/models.h"
#include "recon/sense/least_squares.h"
#include "recon/unrolled/model_file.h"

#include <functional>

namespace tessera {

/// Reads the weights and checks all of them that can be checked without a scan, before hours of work need them.
/// Throws Error as TrainedReconstruction does.
void require_weights(MbdlConfig const& config, DensityConfig const& density);

/// A model with trained weights, for one scan.
class TrainedReconstruction {
public:
    /// Reads /mbdl/weights, or where it is empty the weights that come with the program. Throws Error for weights that do not fit the scan and how it was prepared, saying why.
    TrainedReconstruction(Context const& context, Scan const& scan, MbdlConfig const& config, DensityConfig const& density);

    /// What is unlike the scans that the weights were trained on, one sentence each; and a fixed point that was not reached.
    std::vector<std::string> const& warnings() const { return warnings_; }
    /// How an equilibrium was found in the latest image; nothing for unrolls.
    std::optional<FixedPointReport> const& fixed_point() const { return fixed_point_; }
    /// The image [z, y, x] in the scale of the data. `progress` gets the number of unrolls or iterations that are done, and of all.
    Tensor<complex> operator()(LeastSquares problem, std::function<void(index_t, index_t)> const& progress = {});

private:
    void report_fixed_point(FixedPointReport const& found);

    ModelConfig model_;
    MemoryConfig memory_;
    ParameterList parameters_;
    std::unique_ptr<ReconstructionNetwork> network_;
    std::vector<std::string> warnings_;
    std::optional<FixedPointReport> fixed_point_;
};

/// The part of check_fit() that needs no scan: density compensation, the number of unrolls, and what only an equilibrium has.
void require_preparation(Safetensors const& file, ModelInfo const& trained, DensityConfig const& density, MbdlConfig const& config);

/// Refuses to reconstruct a scan with weights that were trained for another kind of data, saying why.
///
/// What is unlike the scans of the training (samples per voxel, noise, matrix, coils) comes back, one sentence each: figures of such a
/// reconstruction are to be shown with them.
std::vector<std::string> check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& density,
    MbdlConfig const& config);

} // namespace tessera
