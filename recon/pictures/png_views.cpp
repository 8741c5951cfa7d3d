#include "recon/pictures/lettering.h"
#include "recon/pictures/orientation.h"
#include "recon/pictures/png.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kGap = 4;        // black pixels between panels
constexpr index_t kWidth = 800;    // at least
constexpr index_t kLetterSize = 2; // size of the lettering
constexpr index_t kMargin = 6;     // pixels between a panel's edge and its letter

/// What stands at the edges of a panel that looks along an axis.
struct Edges {
    char left, right, top, bottom;
};

Edges edges_of(Orientation const& o, int axis) {
    std::size_t const column = axis == 2 ? 1 : 2, row = axis == 0 ? 1 : 0;
    bool const down = axis == 0; // else the last voxel is at the top
    return {o.low[column], o.high[column], down ? o.low[row] : o.high[row], down ? o.high[row] : o.low[row]};
}

void draw(Picture& picture, Plane const& plane, index_t left, index_t top, index_t times, Window const& window) {
    for (index_t i = 0; i < plane.height * times; ++i)
        for (index_t j = 0; j < plane.width * times; ++j) {
            real const value = plane.pixels[static_cast<std::size_t>(i / times * plane.width + j / times)];
            picture.pixels[static_cast<std::size_t>((top + i) * picture.width + left + j)] =
                static_cast<std::uint8_t>(std::lround(255 * brightness(value, window)));
        }
}

void letter(Picture& picture, Edges const& e, index_t left, index_t top, index_t width, index_t height) {
    index_t const w = letter_width(kLetterSize), h = letter_height(kLetterSize), x = left + (width - w) / 2, y = top + (height - h) / 2;
    draw_text(picture, left + kMargin, y, {&e.left, 1}, kLetterSize);
    draw_text(picture, left + width - w - kMargin, y, {&e.right, 1}, kLetterSize);
    draw_text(picture, x, top + kMargin, {&e.top, 1}, kLetterSize);
    draw_text(picture, x, top + height - h - kMargin, {&e.bottom, 1}, kLetterSize);
}

std::string caption(Geometry const& g, Vector3 const& voxel_mm, Window const& window, bool volume, index_t times) {
    std::string text = volume ? "Central slices, below them maximum-intensity projections, along z, y, x. " : "The slice. ";
    text += times == 1 ? "Not enlarged. " : fmt::format("Enlarged {} times (nearest voxel). ", times);
    bool const known = g.fov_mm[1] > 0 && g.fov_mm[2] > 0;
    text += known ? fmt::format("Voxels {:.4g} x {:.4g} x {:.4g} mm (z, y, x). ", voxel_mm[0], voxel_mm[1], voxel_mm[2])
                  : "Voxel size unknown. ";
    text += fmt::format("Black to white: {:.4g} to {:.4g}. ", window.low, window.high);
    return text + "R right, L left, A anterior, P posterior, S superior, I inferior.";
}

} // namespace

void write_png_views(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry, Window const& window) {
    Shape const& s = magnitude.shape();
    require(s.rank() == 3 && s.size() > 0, "{}: cannot write: expected a volume [z, y, x], found shape {}", path.string(), s.str());
    require(window.high > window.low, "{}: cannot write: the window from {} to {} is empty", path.string(), window.low, window.high);
    Vector3 voxel_mm{};
    for (int d = 0; d < 3; ++d)
        voxel_mm[static_cast<std::size_t>(d)] = geometry.fov_mm[static_cast<std::size_t>(d)] / static_cast<double>(s[d]);
    int const count = directions(magnitude);
    std::vector<Plane> slices, projections;
    index_t wide = 0, high = 0; // pixels of voxels
    for (int axis = 0; axis < count; ++axis) {
        slices.push_back(central_slice(magnitude, voxel_mm, axis));
        projections.push_back(maximum_projection(magnitude, voxel_mm, axis));
        wide += slices.back().width;
        high = std::max(high, slices.back().height);
    }
    index_t const times = std::max<index_t>(1, (kWidth + wide - 1) / wide), rows = count > 1 ? 2 : 1;
    Picture picture{wide * times + (count - 1) * kGap, 0, 1, {}};
    auto const lines = broken(caption(geometry, voxel_mm, window, count > 1, times), picture.width / letter_width(kLetterSize) - 1);
    index_t const under = rows * (high * times + kGap);
    picture.height = under + static_cast<index_t>(lines.size()) * letter_height(kLetterSize);
    picture.pixels.assign(static_cast<std::size_t>(picture.width * picture.height), 0);
    index_t left = 0;
    for (int axis = 0; axis < count; ++axis) {
        auto const i = static_cast<std::size_t>(axis);
        auto const edges = edges_of(orientation_of(geometry), axis);
        for (index_t row = 0; row < rows; ++row) {
            index_t const top = row * (high * times + kGap);
            draw(picture, row == 0 ? slices[i] : projections[i], left, top, times, window);
            letter(picture, edges, left, top, slices[i].width * times, slices[i].height * times);
        }
        left += slices[i].width * times + kGap;
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
        draw_text(picture, letter_width(kLetterSize) / 2, under + static_cast<index_t>(i) * letter_height(kLetterSize), lines[i],
            kLetterSize);
    write_png(path, picture);
}

} // namespace tessera
