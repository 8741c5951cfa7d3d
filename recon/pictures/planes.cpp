#include "recon/pictures/planes.h"

#include "recon/metrics/image_quality.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {
namespace {

/// [rows, columns] of voxels to square pixels.
Plane to_pixels(Shape const& shape, PerAxis voxel_mm, int axis, std::vector<real> const& values) {
    for (double& mm : voxel_mm)
        if (!(mm > 0)) mm = 1; // unknown
    double const pixel_mm = shape[0] == 1 ? std::min(voxel_mm[1], voxel_mm[2]) : *std::min_element(voxel_mm.begin(), voxel_mm.end());
    int const row = axis == 0 ? 1 : 0, column = axis == 2 ? 1 : 2;
    auto const pixels = [&](int d) {
        return std::max<index_t>(1, std::lround(static_cast<double>(shape[d]) * voxel_mm[static_cast<std::size_t>(d)] / pixel_mm));
    };
    Plane plane{pixels(column), pixels(row), {}};
    plane.pixels.reserve(static_cast<std::size_t>(plane.width * plane.height));
    for (index_t i = 0; i < plane.height; ++i)
        for (index_t j = 0; j < plane.width; ++j) {
            index_t const r = (2 * i + 1) * shape[row] / (2 * plane.height), c = (2 * j + 1) * shape[column] / (2 * plane.width);
            plane.pixels.push_back(values[static_cast<std::size_t>((axis == 0 ? r : shape[row] - 1 - r) * shape[column] + c)]);
        }
    return plane;
}

/// reduce(value so far, voxel) over the voxels [first, last) along the axis.
template <class Reduce> std::vector<real> along(Tensor<real> const& volume, int axis, index_t first, index_t last, Reduce const& reduce) {
    require(volume.shape().rank() == 3 && volume.size() > 0, "planes: expected a volume [z, y, x], found shape {}", volume.shape().str());
    auto const v = volume.view<3>();
    std::array<index_t, 3> begin{0, 0, 0}, end{v.shape[0], v.shape[1], v.shape[2]};
    begin[static_cast<std::size_t>(axis)] = first;
    end[static_cast<std::size_t>(axis)] = last;
    index_t const columns = v.shape[axis == 2 ? 1 : 2];
    std::vector<real> values(static_cast<std::size_t>(volume.size() / v.shape[axis]), 0);
    for (index_t z = begin[0]; z < end[0]; ++z)
        for (index_t y = begin[1]; y < end[1]; ++y)
            for (index_t x = begin[2]; x < end[2]; ++x) {
                real& value = values[static_cast<std::size_t>((axis == 0 ? y : z) * columns + (axis == 2 ? y : x))];
                value = reduce(value, v(z, y, x));
            }
    return values;
}

} // namespace

Window default_window(Tensor<real> const& magnitude) {
    double const high = robust_maximum(magnitude);
    return high > 0 ? Window{0, high} : Window{};
}

double brightness(real value, Window const& window) {
    double const t = (value - window.low) / (window.high - window.low);
    return t > 0 ? std::min(t, 1.0) : 0;
}

Plane central_slice(Tensor<real> const& volume, PerAxis const& voxel_mm, int axis) {
    index_t const centre = volume.shape()[axis] / 2;
    return to_pixels(volume.shape(), voxel_mm, axis, along(volume, axis, centre, centre + 1, [](real, real v) { return v; }));
}

Plane maximum_projection(Tensor<real> const& volume, PerAxis const& voxel_mm, int axis) {
    auto const larger = [](real a, real b) { return std::max(a, b); };
    return to_pixels(volume.shape(), voxel_mm, axis, along(volume, axis, 0, volume.shape()[axis], larger));
}

} // namespace tessera
