// Acquisitions as plain datasets of one HDF5 file: the project's own layout, and others through a map of names.
#pragma once

#include "core/files/hdf5.h"
#include "recon/formats/read.h"

namespace tessera {

/// True where the root of the file has the datasets `kspace` and `trajectory`.
bool is_tessera_file(hdf5::File const& file);

/// Reads kspace [coil, ..., sample] complex, trajectory [..., sample, 2 or 3] and, where the file has them,
/// weights [..., sample], maps [coil, z, y, x], noise [coil, n], reference [z, y, x] (2D: without z), vessels [segment, 8],
/// times and respiration [readout].
///
/// options.datasets names the datasets where they are called differently; then only the named ones are read.
/// Attributes of the root, each optional: matrix and fov_mm (z, y, x; 2D: y, x), centre_mm, x_direction,
/// y_direction, z_direction (LPS), trajectory_units. Units that are stated nowhere are detected.
Acquisition read_plain_hdf5(hdf5::File const& file, ReadOptions const& options, Context const& host);

/// Writes the project's own layout (docs/formats.md).
void write_tessera(std::filesystem::path const& path, Acquisition const& acquisition);

} // namespace tessera
