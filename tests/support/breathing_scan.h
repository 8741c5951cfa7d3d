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

inline double correlation(std::vector<double> const& a, std::vector<double> const& b) {
    double const n = static_cast<double>(a.size());
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sa += a[i];
        sb += b[i];
        saa += a[i] * a[i];
        sbb += b[i] * b[i];
        sab += a[i] * b[i];
    }
    return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

} // namespace tessera::test
