// Block-wise against full-volume gradients on a user's own configuration.
#pragma once

#include "recon/training/training_config.h"

namespace tessera {

struct GradientComparison {
    Matrix original{}, matrix{}; ///< of the scan, and cropped in k-space until the full volume fits into memory
    Matrix patch{};
    double weights = 0;                        ///< ||g_block - g_full|| / ||g_full|| of all weights of the network
    double consistency = 0;                    ///< the same of lambda or the step size
    double input = 0;                          ///< and of x_0
    std::size_t block_peak = 0, full_peak = 0; ///< bytes of device memory
};

/// Compares the gradients of <r, x_K> with a random volume r for the first training scan.
///
/// Weights are drawn at random everywhere, because the last layer of an untrained network is zero. The patch is that of the
/// configuration, or half the volume where it is larger. Where the full volume does not fit into the memory limit (of the
/// configuration, or what the machine has), k-space is cropped to a coarser matrix until it does. Throws Error.
GradientComparison compare_gradients(Context const& context, TrainingConfig const& config);

} // namespace tessera
