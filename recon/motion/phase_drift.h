// Phase that a drifting field puts on readouts.
#pragma once

#include "recon/acquisition/acquisition.h"

namespace tessera {

/// The phase that all coils have in common at k = 0 and that changes slower than a breath, [readout], in radians from its mean; zeros where
/// fewer than two readouts pass k = 0.
///
/// Coils are averaged over steps of 5 s, smoothed over 15 s (of unknown times: a fortieth of the scan, and three of them), and the angles
/// from one step to the next are added up; four times, each time of what was left.
std::vector<double> phase_drift(Acquisition const& acquisition);

/// Takes the drift off k-space and says in the log how large it was. The phase that a readout gains from its first to its last sample
/// stays: it depends on the echo time, which files do not tell. Readouts must be all that were acquired, in any order where their times are
/// known.
void remove_phase_drift(Acquisition& acquisition);

} // namespace tessera
