// BART's .cfl/.hdr pairs: complex float32, dimensions from fastest to slowest.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/formats/read.h"

#include <filesystem>

namespace tessera {

/// True where `path` (with or without .cfl/.hdr) names a pair of files.
bool is_cfl(std::filesystem::path const& path);

/// Reads one array; its shape is reversed (slowest first), without the trailing dimensions of 1 that BART fills up with.
///
/// Throws Error for a header without dimensions and where the .cfl does not have the size that they say.
Tensor<complex> read_cfl(Context const& host, std::filesystem::path const& path);

/// Writes one array, the last index becoming BART's first dimension.
void write_cfl(std::filesystem::path const& path, Tensor<complex> const& values);
/// The same with BART's dimensions given, 16 at most; those that are left out are 1.
void write_cfl(std::filesystem::path const& path, Tensor<complex> const& values, std::vector<index_t> dimensions);

/// k-space [1, sample, readout, coil], trajectory [3, sample, readout] in cycles per field of view, weights [1, sample, readout]
/// (dimensions in BART's order). BART has no place for matrix and geometry.
Acquisition read_bart(std::filesystem::path const& path, ReadOptions const& options, Context const& host);

/// Writes <stem>_ksp, <stem>_traj and, where there are weights, noise, maps or a reference, <stem>_dcf, _noise, _maps, _reference.
void write_bart(std::filesystem::path const& stem, Acquisition const& acquisition);

} // namespace tessera
