// The breath of the readouts that an image is made of.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/motion/gating_config.h"

namespace tessera {

struct Breath {
    std::vector<index_t> readouts; ///< those that are no outliers, ascending
    std::vector<double> values;    ///< of each of them, larger where more is inspired, without drift where the configuration says so
};

/// Where the configuration names a file of numbers, they become `acquisition.respiration`. For all readouts of the file, before some are
/// selected. Throws Error for a file that cannot be read or has another number of them.
void read_signal(Acquisition& acquisition, GatingConfig const& config);

/// The readouts that are no outliers (recon/motion/central_samples.h), ascending; all where `outliers` is false. Says in the log how many
/// there are. Throws Error where none are left.
std::vector<index_t> steady_readouts(Acquisition const& acquisition, bool outliers);

/// Finds the signal that the configuration asks for, and says in the log what was found.
/// Throws Error where there is none, where it is constant, and where k = 0 shows too little breathing.
Breath find_breath(Acquisition const& acquisition, GatingConfig const& config, bool outliers);

} // namespace tessera
