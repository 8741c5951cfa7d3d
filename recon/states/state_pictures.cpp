#include "recon/states/state_pictures.h"

#include "recon/pictures/gif.h"
#include "recon/pictures/montage.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kWidth = 800; // at least

/// Every pixel repeated, so that the picture is at least so wide.
Picture enlarged(Picture const& p, index_t width) {
    index_t const times = std::max<index_t>(1, (width + p.width - 1) / p.width);
    Picture large{p.width * times, p.height * times, p.channels, {}};
    large.pixels.reserve(p.pixels.size() * static_cast<std::size_t>(times * times));
    for (index_t row = 0; row < large.height; ++row)
        for (index_t column = 0; column < large.width; ++column) {
            auto const from = p.pixels.begin() + (row / times * p.width + column / times) * p.channels;
            large.pixels.insert(large.pixels.end(), from, from + p.channels);
        }
    return large;
}

Picture grey(Plane const& plane, Window const& window) {
    Picture picture{plane.width, plane.height, 1, {}};
    for (real const value : plane.pixels) picture.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * brightness(value, window))));
    return picture;
}

PerAxis voxel_of(Geometry const& geometry, Shape const& volume) {
    PerAxis voxel{};
    for (int d = 0; d < 3; ++d)
        voxel[static_cast<std::size_t>(d)] = geometry.fov_mm[static_cast<std::size_t>(d)] / static_cast<double>(volume[d]);
    return voxel;
}

} // namespace

void write_states_png(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry) {
    Window const window = default_window(magnitude);
    std::vector<report::MontageColumn> columns;
    for (index_t s = 0; s < magnitude.shape()[0]; ++s) columns.push_back({fmt::format("state {}", s + 1), magnitude[s], window});
    write_png(path, enlarged(compose(report::make_montage(columns, voxel_of(geometry, magnitude.shape().tail()))), kWidth));
}

void write_states_gif(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry, StatesBy by) {
    Window const window = default_window(magnitude);
    PerAxis const voxel = voxel_of(geometry, magnitude.shape().tail());
    int const axis = magnitude.shape()[1] == 1 ? 0 : 1;
    std::vector<Picture> frames;
    for (index_t s = 0; s < magnitude.shape()[0]; ++s)
        frames.push_back(enlarged(grey(central_slice(magnitude[s], voxel, axis), window), kWidth / 2));
    double const seconds = std::min(0.2, 2 / static_cast<double>(frames.size()));
    if (by != StatesBy::time)
        for (std::size_t s = frames.size(); s-- > 2;) frames.push_back(frames[s - 1]);
    write_gif(path, frames, seconds);
}

} // namespace tessera
