// The files that a reconstruction leaves behind.
#pragma once

#include "recon/methods/recon_config.h"
#include "recon/scan/coil_maps.h"

namespace tessera {

/// Writes the image [z, y, x], or images [state, z, y, x], in host memory in the configured formats into `folder`, which exists.
///
/// Of several states there are no pictures (recon/states/state_pictures.h), and BART finds them in its dimension 10.
/// The first of the warnings stands in the description of the NIfTI files. volume.h5 has the dataset `image` and the attributes matrix, fov_mm, centre_mm, x_direction, y_direction, z_direction.
/// Throws Error; no file is half-written.
void write_results(std::filesystem::path const& folder, Tensor<complex> const& image, Geometry const& geometry,
    OutputsConfig const& outputs, std::vector<std::string> const& warnings = {});

/// Writes the maps of a scan into maps.h5, as `maps` [coil, z, y, x].
void write_maps(std::filesystem::path const& folder, CoilMaps const& maps, Context const& host);

} // namespace tessera
