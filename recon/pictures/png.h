// PNG images, and views of a volume for the eye.
#pragma once

#include "recon/pictures/planes.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace tessera {

/// 8-bit pixels, row by row from the top: one byte each for grey, three (red, green, blue) for colour.
struct Picture {
    index_t width = 0, height = 0;
    int channels = 1; ///< 1: grey, 3: colour
    std::vector<std::uint8_t> pixels;
};

/// The bytes of a PNG file. Throws Error where the number of pixels is not width x height.
std::vector<std::byte> encode_png(Picture const& picture);
void write_png(std::filesystem::path const& path, Picture const& picture);

/// Writes the three orthogonal slices through the centre and, below them, the maximum-intensity projections along the same axes.
///
/// The columns look along z (y downwards), y and x (z upwards); pixels are square, one window is used for all. A volume [1, y, x]
/// gives its slice alone. Pixels are repeated a whole number of times, so that the picture is at least 800 wide; the caption says how
/// often, and letters at the edges which side of the patient they are. magnitude: [z, y, x].
void write_png_views(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry, Window const& window);

} // namespace tessera
