// Puts samples where late gradients took them.
#pragma once

#include "recon/delays/delays_config.h"

namespace tessera {

/// Changes trajectory and k-space as configured, and says in the log what was found. What is estimated is taken only where it predicts
/// readouts better that the estimate has not seen. Throws Error as estimate_delays() does.
void correct_delays(Acquisition& acquisition, Matrix const& matrix, DelaysConfig const& config);

/// Sets the weights [readout, sample] of samples to 0 that are farther out than half the matrix, where corrected readouts may end.
void leave_out_beyond(Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights);

} // namespace tessera
