// The breath of a patient, one number a readout.
#pragma once

#include "recon/motion/breathing_band.h"
#include "recon/motion/central_samples.h"

#include <filesystem>

namespace tessera {

struct RespiratorySignal {
    std::vector<double> values; ///< [readout], larger where more is inspired
    BreathingBand band;
    BreathingPower power;
    std::string from; ///< in words
    /// How often, in words.
    std::string rate() const;
};

/// Breathing as k = 0 of all coils shows it, without the readouts `outliers`, at which it is interpolated.
///
/// Magnitude and phase (times the coil's mean magnitude, so that both have the same noise) of every coil are averaged over steps of time
/// (BreathingBand::step), a line and what is slower than the band are taken off, a Gaussian that passes the band smooths, and the first
/// principal component over coils is the signal. Its sign is such that the median is nearer to the 5th than to the 95th percentile: patients
/// stay longer near expiration than near inspiration. Trust is that of the component before smoothing.
/// Throws Error where fewer than 32 readouts pass the centre of k-space.
/// Source: Larson et al. 2004, doi:10.1002/mrm.10664; principal components of coils, Pang et al. 2014, doi:10.1002/mrm.24886.
RespiratorySignal self_gating_signal(Acquisition const& acquisition, CentralSamples const& centre, std::vector<index_t> const& outliers);

/// The signal that the file has. Throws Error where it is constant.
RespiratorySignal recorded_signal(Acquisition const& acquisition);

/// The signal without its running median over BreathingBand::drift().
std::vector<double> without_drift(Acquisition const& acquisition, RespiratorySignal const& signal);

/// Numbers from a text file, separated by white space, commas or semicolons. Throws Error for others, and where they are not `count`.
std::vector<double> read_numbers(std::filesystem::path const& file, index_t count);

} // namespace tessera
