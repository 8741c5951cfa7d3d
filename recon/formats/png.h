// Grey PNG images, and views of a volume for the eye.
#pragma once

#include "core/tensor.h"
#include "recon/acquisition.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace tessera {

/// Writes 8-bit grey pixels, row by row from the top. Throws Error where their number is not width x height.
void write_png_gray(std::filesystem::path const& path, index_t width, index_t height, std::span<std::uint8_t const> pixels);

/// Values shown as black and white.
struct Window {
    double low = 0, high = 1;
};

/// From 0 to the 99.5th percentile of the values that are not zero.
Window default_window(Tensor<real> const& magnitude);

/// Writes the three orthogonal slices through the centre and, below them, the maximum-intensity projections along the same axes.
///
/// The columns look along z (y downwards), y and x (z upwards); pixels are square, one window is used for all. A volume [1, y, x]
/// gives its slice alone. magnitude: [z, y, x]; voxel_mm: z, y, x.
void write_png_views(std::filesystem::path const& path, Tensor<real> const& magnitude, Vector3 const& voxel_mm, Window const& window);

} // namespace tessera
