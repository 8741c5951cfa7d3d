// NumPy arrays in a folder, as SigPy's users keep scans.
#pragma once

#include "recon/formats/read.h"

namespace tessera {

/// True for a folder with ksp.npy and coord.npy, and for a k-space of another name (.npy) beside a coord.npy.
bool is_numpy(std::filesystem::path const& path);

/// ksp.npy [coil, readout, sample], coord.npy [readout, sample, 3 or 2] (kx, ky, kz in cycles per field of view, as SigPy has them), and
/// dcf.npy [readout, sample] where there is one: the layout of github.com/mikgroup/extreme_mri. It has no place for matrix and geometry.
Acquisition read_numpy(std::filesystem::path const& path, ReadOptions const& options, Context const& host);

} // namespace tessera
