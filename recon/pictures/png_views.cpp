#include "recon/pictures/png.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kGap = 2; // black pixels between panels

void draw(Picture& picture, Plane const& plane, index_t left, index_t top, Window const& window) {
    for (index_t i = 0; i < plane.height; ++i)
        for (index_t j = 0; j < plane.width; ++j)
            picture.pixels[static_cast<std::size_t>((top + i) * picture.width + left + j)] =
                static_cast<std::uint8_t>(std::lround(255 * brightness(plane.pixels[static_cast<std::size_t>(i * plane.width + j)], window)));
}

} // namespace

void write_png_views(std::filesystem::path const& path, Tensor<real> const& magnitude, PerAxis const& voxel_mm, Window const& window) {
    Shape const& s = magnitude.shape();
    require(s.rank() == 3 && s.size() > 0, "{}: cannot write: expected a volume [z, y, x], found shape {}", path.string(), s.str());
    require(window.high > window.low, "{}: cannot write: the window from {} to {} is empty", path.string(), window.low, window.high);
    int const count = directions(magnitude);
    std::vector<Plane> slices, projections;
    Picture picture{-kGap, 0, 1, {}};
    for (int axis = 0; axis < count; ++axis) {
        slices.push_back(central_slice(magnitude, voxel_mm, axis));
        projections.push_back(maximum_projection(magnitude, voxel_mm, axis));
        picture.width += kGap + slices.back().width;
        picture.height = std::max(picture.height, slices.back().height);
    }
    index_t const second_row = picture.height + kGap;
    if (count > 1) picture.height += second_row;
    picture.pixels.assign(static_cast<std::size_t>(picture.width * picture.height), 0);
    index_t left = 0;
    for (std::size_t i = 0; i < slices.size(); ++i) {
        draw(picture, slices[i], left, 0, window);
        if (count > 1) draw(picture, projections[i], left, second_row, window);
        left += slices[i].width + kGap;
    }
    write_png(path, picture);
}

} // namespace tessera
