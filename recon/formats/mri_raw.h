// MRI_Raw.h5, the layout of the reconstruction tools of UW-Madison.
#pragma once

#include "core/files/hdf5.h"
#include "recon/formats/read.h"

namespace tessera {

/// True where the file has a group Kdata with coordinates (KX_E0) in it.
bool is_mri_raw(hdf5::File const& file);

/// Reads one encoding: KX_E0, KY_E0, KZ_E0 and KW_E0 [slices, shots, readout], KData_E0_C0... and Noise.
///
/// Gating/TIME_E0 and Gating/RESP_E0 become times and respiration. Files without attributes, with flattened complex arrays, with 2D arrays [shots, readout] and without KZ, KW or Noise are read too.
/// The layout does not state a matrix. Coordinates are in cycles per field of view.
Acquisition read_mri_raw(hdf5::File const& file, ReadOptions const& options, Context const& host);

/// Writes one encoding as [1, readout, sample], float32, with the attributes that the layout has.
void write_mri_raw(std::filesystem::path const& path, Acquisition const& acquisition);

} // namespace tessera
