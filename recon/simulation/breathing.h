// The breath of a simulated patient: its course in time, and what it does to the object.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/sampling_grid.h"
#include "recon/simulation/breathing_config.h"

namespace tessera {

/// Way of the diaphragm towards the feet at each readout, in mm: amplitude x sin^4(pi t / period) in every breath, so that the patient stays
/// longer near expiration (0) than near inspiration; length and depth vary from breath to breath.
/// Source: Lujan et al. 1999, doi:10.1118/1.598577.
std::vector<double> breathing_course(BreathingConfig const& config, index_t readouts, std::uint64_t seed);

/// The object [z, y, x] when the diaphragm is `way` (a part of `grid`'s unit) farther down, in host memory: tissue moves along z only, by the
/// whole way at and below the diaphragm (0.2 below the centre), not at all at the apex of the lungs (0.3 above), smoothly in between.
Tensor<complex> inspired(Tensor<complex> const& object, SamplingGrid const& grid, double way);

/// The readouts of each of `states` positions from 0 to the largest of `course`, each readout in the nearest.
std::vector<std::vector<index_t>> readouts_by_state(std::vector<double> const& course, index_t states);

/// Makes readouts of k-space [coil, readout, sample] five times too large, a share `spikes` of them. Returns which.
std::vector<index_t> add_spikes(Tensor<complex> const& kspace, double spikes, std::uint64_t seed);

} // namespace tessera
