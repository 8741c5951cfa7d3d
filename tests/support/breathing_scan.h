// A small simulated thorax that breathes.
#pragma once

#include "recon/simulation/simulate.h"

namespace tessera::test {

/// 32^3 voxels of 12.5 mm, some 20 breaths.
inline SimulationConfig breathing_thorax() {
    SimulationConfig config;
    config.matrix = Matrix{32, 32, 32};
    config.coils.coils = 4;
    config.snr = 50;
    config.noise_samples = 256;
    config.trajectory.readout_oversampling = 2;
    config.trajectory.undersampling = 0.5; // so that two fifths of the readouts are enough
    config.breathing.amplitude_mm = 30;
    config.breathing.repetition_time_ms = 25;
    return config;
}

} // namespace tessera::test
