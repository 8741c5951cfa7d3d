// Reconstruction with trained weights.
#pragma once

#include "recon/methods/method_config.h"
#include "recon/sense/least_squares.h"
#include "recon/unrolled/model_file.h"

#include <functional>

namespace tessera {

/// An unrolled network with the weights of a file, for one scan.
class UnrolledReconstruction {
public:
    /// Reads /mbdl/weights. Throws Error for weights that do not fit the scan and how it was prepared, saying why.
    UnrolledReconstruction(Context const& context, Scan const& scan, MbdlConfig const& config, DensityConfig const& density);

    /// The image [z, y, x] in the scale of the data. `progress` gets the number of unrolls that are done, and of all.
    Tensor<complex> operator()(LeastSquares problem, std::function<void(index_t, index_t)> const& progress = {}) const;

private:
    ModelConfig model_;
    MemoryConfig memory_;
    ParameterList parameters_;
    std::optional<UnrolledNetwork> network_;
};

/// Refuses to reconstruct a scan with weights that were trained for another kind of data, saying why; logs what is unusual.
void check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& density, MbdlConfig const& config);

} // namespace tessera
