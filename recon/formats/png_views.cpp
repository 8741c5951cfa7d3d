#include "recon/formats/png.h"

#include "recon/image_quality.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {

namespace {

constexpr index_t kGap = 2; // black pixels between panels

struct Panel {
    index_t rows, columns;
    double row_mm, column_mm;
    bool upwards;                      ///< row 0 is at the bottom
    std::vector<real> slice, maximum;  ///< [rows, columns]
};

/// The central slice and the projection along one axis (0: z, 1: y, 2: x).
Panel look_along(Tensor<real> const& volume, Vector3 const& voxel_mm, int axis) {
    Shape const& s = volume.shape();
    int const row = axis == 0 ? 1 : 0, column = axis == 2 ? 1 : 2;
    Panel p{s[row], s[column], voxel_mm[static_cast<std::size_t>(row)], voxel_mm[static_cast<std::size_t>(column)], axis != 0, {}, {}};
    p.slice.assign(static_cast<std::size_t>(p.rows * p.columns), 0);
    p.maximum = p.slice;
    auto const v = volume.view<3>();
    for (index_t z = 0; z < s[0]; ++z)
        for (index_t y = 0; y < s[1]; ++y)
            for (index_t x = 0; x < s[2]; ++x) {
                std::array<index_t, 3> const index{z, y, x};
                auto const pixel = static_cast<std::size_t>(
                    index[static_cast<std::size_t>(row)] * p.columns + index[static_cast<std::size_t>(column)]);
                p.maximum[pixel] = std::max(p.maximum[pixel], v(z, y, x));
                if (index[static_cast<std::size_t>(axis)] == s[axis] / 2) p.slice[pixel] = v(z, y, x);
            }
    return p;
}

struct Image {
    index_t width, height;
    std::vector<std::uint8_t> pixels;
};

std::uint8_t grey(real value, Window const& w) {
    double const t = (value - w.low) / (w.high - w.low);
    return t > 0 ? static_cast<std::uint8_t>(std::lround(255 * std::min(t, 1.0))) : 0; // NaN is black
}

index_t pixels_along(index_t voxels, double voxel_mm, double pixel_mm) {
    return std::max<index_t>(1, std::lround(static_cast<double>(voxels) * voxel_mm / pixel_mm));
}

/// Draws one panel with its upper left corner at (left, top), nearest voxel to each square pixel.
void draw(Image& image, Panel const& p, std::vector<real> const& values, index_t left, index_t top, double pixel_mm, Window const& window) {
    index_t const width = pixels_along(p.columns, p.column_mm, pixel_mm), height = pixels_along(p.rows, p.row_mm, pixel_mm);
    for (index_t i = 0; i < height; ++i)
        for (index_t j = 0; j < width; ++j) {
            index_t const r = (2 * i + 1) * p.rows / (2 * height), c = (2 * j + 1) * p.columns / (2 * width);
            index_t const row = p.upwards ? p.rows - 1 - r : r;
            image.pixels[static_cast<std::size_t>((top + i) * image.width + left + j)] =
                grey(values[static_cast<std::size_t>(row * p.columns + c)], window);
        }
}

} // namespace

Window default_window(Tensor<real> const& magnitude) {
    double const high = robust_maximum(magnitude);
    return high > 0 ? Window{0, high} : Window{};
}

void write_png_views(std::filesystem::path const& path, Tensor<real> const& magnitude, Vector3 const& voxel_mm, Window const& window) {
    Shape const& s = magnitude.shape();
    require(s.rank() == 3 && s.size() > 0, "{}: cannot write: expected a volume [z, y, x], found shape {}", path.string(), s.str());
    require(window.high > window.low, "{}: cannot write: the window from {} to {} is empty", path.string(), window.low, window.high);
    Vector3 voxel = voxel_mm;
    for (double& mm : voxel)
        if (!(mm > 0)) mm = 1; // unknown
    bool const planar = s[0] == 1;
    double const pixel_mm = planar ? std::min(voxel[1], voxel[2]) : *std::min_element(voxel.begin(), voxel.end());
    std::vector<Panel> panels;
    for (int axis = 0; axis < (planar ? 1 : 3); ++axis) panels.push_back(look_along(magnitude, voxel, axis));

    Image image{-kGap, 0, {}};
    for (Panel const& p : panels) {
        image.width += kGap + pixels_along(p.columns, p.column_mm, pixel_mm);
        image.height = std::max(image.height, pixels_along(p.rows, p.row_mm, pixel_mm));
    }
    index_t const second_row = image.height + kGap;
    if (!planar) image.height += second_row;
    image.pixels.assign(static_cast<std::size_t>(image.width * image.height), 0);
    index_t left = 0;
    for (Panel const& p : panels) {
        draw(image, p, p.slice, left, 0, pixel_mm, window);
        if (!planar) draw(image, p, p.maximum, left, second_row, pixel_mm, window);
        left += pixels_along(p.columns, p.column_mm, pixel_mm) + kGap;
    }
    write_png_gray(path, image.width, image.height, image.pixels);
}

} // namespace tessera
