// The states of a breathing scan, each a scan of its own.
#pragma once

#include "recon/motion/states_config.h"
#include "recon/scan/scan.h"

namespace tessera {

/// Readouts of a scan that is prepared once, in groups. Whitening, coil compression, sensitivity maps and geometry are those of all of them.
class StateScans {
public:
    /// As prepare_scan(); readouts that belong to no state are left out first. Throws Error as that and readouts_of_states() do.
    StateScans(Context const& context, Acquisition acquisition, ScanConfig const& config, StatesConfig const& states, bool maps);

    std::size_t count() const { return first_.size() - 1; }
    /// All readouts, state by state.
    Scan const& all() const { return all_; }
    /// The readouts of one state with the density compensation that they have alone. k-space is copied, on the host.
    Scan operator[](std::size_t state) const;

private:
    DensityConfig density_;
    bool delays_corrected_;
    std::vector<index_t> first_; ///< readout of each state, and the end
    Scan all_;
};

} // namespace tessera
