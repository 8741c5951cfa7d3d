// Where breathing lies in a spectrum, and how much of a signal is breathing.
#pragma once

#include "recon/motion/time_bins.h"

namespace tessera {

/// Frequencies in cycles per second where the file has times, else per readout.
struct BreathingBand {
    double low = 0.1, high = 0.5;
    bool seconds = true;

    double step() const { return 1 / (8 * high); } ///< length of time bins that show four times the band
    double drift() const { return 3 / low; }       ///< over which a signal drifts rather than breathes: 30 s
};

/// 0.1 to 0.5 Hz where `acquisition` has times. Else half to twice the frequency at which `signals` [n] of the readouts `of` have the largest
/// power, of 4 to 300 cycles in the whole scan that have 16 readouts each.
BreathingBand breathing_band(Acquisition const& acquisition, std::vector<std::vector<double>> const& signals,
    std::vector<index_t> const& of);

struct BreathingPower {
    double trust = 0;     ///< share of the power in the band, of that from half its beginning to four times its end; white noise: 0.2
    double frequency = 0; ///< of the largest power in the band
};
BreathingPower breathing_power(TimeSeries const& series, double step, BreathingBand const& band);

} // namespace tessera
