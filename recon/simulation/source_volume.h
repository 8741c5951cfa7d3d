// The object of a simulation on its fine grid.
#pragma once

#include "recon/simulation/simulation_config.h"

namespace tessera {

struct SourceVolume {
    Tensor<complex> values; ///< [z, y, x] on grid.refined(supersample), in cpu memory
    SamplingGrid grid;      ///< of the acquisition
    Geometry geometry;
    std::vector<VesselSegment> vessels; ///< of a thorax; other objects have none
};

/// Renders or reads what `config` asks for. Throws Error for files that cannot be read.
SourceVolume make_source_volume(SimulationConfig const& config);

} // namespace tessera
