// Readouts turned by a phase of their own.
#pragma once

#include "core/arrays/tensor.h"

#include <vector>

namespace tessera {

/// Multiplies k-space [coil, readout, sample] in host memory by exp(i sign phase[readout]), in place. Throws Error for another number of
/// phases.
void add_readout_phase(Tensor<complex> const& kspace, std::vector<double> const& phase, double sign = 1);

} // namespace tessera
