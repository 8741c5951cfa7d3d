// NIfTI-1 volumes (.nii, .nii.gz).
#pragma once

#include "recon/acquisition/acquisition.h"

#include <array>
#include <filesystem>

namespace tessera {

/// Three rows of four: maps voxel indices (x, y, z, 1) to millimetres in RAS+ (x to the patient's right).
using Affine = std::array<std::array<double, 4>, 3>;

struct NiftiVolume {
    Tensor<real> values; ///< [z, y, x], with the file's slope and intercept applied
    Affine affine;
    PerAxis voxel_mm;
};

/// The affine of a volume whose centre voxel (N/2 in integer division) lies at geometry.centre_mm.
///
/// NIfTI is RAS where the project is LPS: x and y change sign. A field of view of 0 (unknown) gives voxels of 1 mm.
Affine nifti_affine(Geometry const& geometry, Matrix const& matrix);

/// The inverse of nifti_affine.
Geometry geometry_from(Affine const& affine, Matrix const& matrix);

/// Reads a real volume of any integer or float type and either byte order; trailing dimensions must be 1.
///
/// Throws Error for other files, complex or colour voxels, and truncated data.
NiftiVolume read_nifti(Context const& host, std::filesystem::path const& path);

/// Writes float32 voxels with qform and sform; compressed where the name ends in .gz. A volume [z, y, x], or several [state, z, y, x].
/// Of the description, which viewers show, the first 79 bytes are kept.
void write_nifti(std::filesystem::path const& path, Tensor<real> const& volume, Geometry const& geometry,
    std::string const& description = "Tessera");

/// Writes <stem>_magnitude.nii.gz and <stem>_phase.nii.gz (radians).
void write_nifti_complex(std::filesystem::path const& stem, Tensor<complex> const& volume, Geometry const& geometry,
    std::string const& description = "Tessera");

} // namespace tessera
