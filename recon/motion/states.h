// The readouts of each state of breathing.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/motion/gating_config.h"
#include "recon/motion/states_config.h"

namespace tessera {

/// The readouts of each state, ascending: from expiration to inspiration (with /gating/end inspiration: the other way), or frame by frame.
/// Outliers are in none, unless /gating/outliers is false or, for frames, null. Says in the log how many readouts each state has.
///
/// By displacement, the range from the signal's 5th to its 95th percentile is divided evenly; what lies beyond belongs to the outermost.
/// Where the acquisition rehearses, all readouts are spread evenly.
/// Throws Error where no signal is found (recon/motion/breath.h), and for a state without readouts.
std::vector<std::vector<index_t>> readouts_of_states(Acquisition const& acquisition, GatingConfig const& gating,
    StatesConfig const& states);

} // namespace tessera
