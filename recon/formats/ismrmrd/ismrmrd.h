// ISMRMRD raw data, the vendor-neutral standard of the field.
#pragma once

#include "core/files/hdf5.h"
#include "recon/formats/read.h"

namespace tessera {

/// True where a group of the root has the datasets `xml` and `data`.
bool is_ismrmrd(hdf5::File const& file);

/// Reads the imaging acquisitions of one encoding, slice and contrast; noise scans become Acquisition::noise.
///
/// Calibration, navigation, phase correction, feedback and dummy scans are skipped, samples marked as discarded are cut off.
/// The standard does not define the units of trajectories: they are detected and noted.
/// Throws Error where the selected acquisitions have no trajectory or differ in samples or channels.
/// Source: Inati et al. 2017, doi:10.1002/mrm.26089.
Acquisition read_ismrmrd(hdf5::File const& file, ReadOptions const& options, Context const& host);

/// Writes k-space, noise, trajectory (cycles per voxel, with weights as a fourth component where there are such), times (in ticks of 2.5 ms
/// from the first) and geometry, with every member of the standard's acquisition header, a few hundred readouts at a time. The frequency of
/// the scanner is not known and stands as 0; maps, reference and respiration have no place.
/// Throws Error for an unknown matrix, and more than 65535 samples or coils.
void write_ismrmrd(std::filesystem::path const& path, Acquisition const& acquisition);

} // namespace tessera
