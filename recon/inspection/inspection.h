// What can be known of raw data before they are reconstructed.
#pragma once

#include "recon/delays/estimate_delays.h"
#include "recon/motion/respiratory_signal.h"
#include "recon/motion/states_config.h"
#include "recon/scan/scan_config.h"
#include "recon/scan/scan_info.h"

namespace tessera {

/// K-space in shells of equal thickness, |k| relative to the half extents of the matrix.
struct KspaceCoverage {
    std::vector<double> radius;  ///< of the middle of each shell, up to the corners' shell
    std::vector<double> density; ///< samples for each cell of the matrix, 1 where every cell has one
};

struct CoilFacts {
    double signal = 0; ///< root mean square at k = 0
    double noise = 0;  ///< deviation of its noise samples; 0: there are none
    bool dead = false; ///< less than a twentieth of the median coil's signal, or no more than three times its own noise
};

struct Inspection {
    ScanInfo info;
    std::vector<double> times; ///< [readout] in seconds, or their numbers
    bool seconds = false;      ///< whether times are known
    CentralSamples centre;
    std::vector<index_t> approach; ///< outliers before the steady state, ascending
    std::vector<index_t> spikes;   ///< the others, ascending
    std::vector<RespiratorySignal> signals;
    std::vector<std::string> missing;         ///< why a signal is not among them, a sentence each
    std::vector<double> gate;                 ///< [readout] weight that gating gives, 0: left out; empty: gating finds no breath
    std::vector<std::vector<index_t>> states; ///< readouts of each; empty: no breath is found
    std::vector<double> drift;                ///< [readout] slow phase at k = 0, in radians
    std::vector<CoilFacts> coils;
    std::optional<Tensor<real>> noise_correlation; ///< [coil, coil]: |correlation| of noise samples
    KspaceCoverage coverage;
    std::optional<DelayEstimate> delays;
    std::string no_delays; ///< why there are none
};

/// Looks at a scan as read, with the signals and rules of `config`; gating off is looked at as soft gating would be, a
/// single state as four. `delays`: whether
/// gradient delays are estimated, which takes seconds.
Inspection inspect(Acquisition const& acquisition, RecordedSignals const& recorded, ScanConfig const& config, StatesConfig states = {},
    bool delays = true);

/// Samples for each cell of the matrix, shell by shell. trajectory: [..., 3]; 2D where matrix[0] is 1.
KspaceCoverage coverage_of(Tensor<real> const& trajectory, Matrix const& matrix, index_t shells = 32);

/// |correlation| between coils of noise samples [coil, n].
Tensor<real> correlation_of(Tensor<complex> const& noise);

} // namespace tessera
