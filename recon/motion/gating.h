// Chooses and weighs the readouts of a breathing patient.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/motion/gating_config.h"

namespace tessera {

/// Readouts that gating keeps, and what they weigh.
struct GatedReadouts {
    std::vector<index_t> readouts; ///< ascending
    std::vector<double> weights;   ///< of each of them; empty: all weigh the same
};

/// The readouts that gating keeps; all where it is off, outliers excepted. Says in the log what was found.
///
/// hard: the share `efficiency` of the readouts, those nearest to the end of the breath. soft: the weight exp(-d^2 / (2 s^2)), d the
/// distance of the signal from its extreme (5th percentile from the end), s such that the mean weight is `efficiency`; weights below 0.01
/// are left out. Outliers (recon/motion/central_samples.h) are left out first, where the configuration says so.
/// Where the context rehearses, the number of readouts is what `efficiency` allows at most.
/// Throws Error where no signal is found, where it is constant, and where the data show too little breathing.
GatedReadouts gated_readouts(Acquisition const& acquisition, GatingConfig const& config);

/// Cuts `acquisition` to them, and returns their weights.
std::vector<double> gate(Acquisition& acquisition, GatingConfig const& config);

/// The readouts of the list, in its order.
Acquisition take_readouts(Acquisition const& acquisition, std::vector<index_t> const& readouts);

/// Multiplies weights [readout] into a density compensation [readout, sample], in any memory, and scales it anew.
void weigh_readouts(Tensor<real> const& density, std::vector<double> const& weights, Acquisition const& acquisition, Matrix matrix);

} // namespace tessera
