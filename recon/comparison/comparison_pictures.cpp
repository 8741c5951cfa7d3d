#include "recon/comparison/comparison_report.h"
#include "recon/metrics/statistics.h"
#include "recon/pictures/html.h"

#include <algorithm>
#include <cmath>

namespace tessera::report {
namespace {

/// z and y of the line along x, in the central coronal slice (2D: in the slice), on which the volume changes most.
std::array<index_t, 2> liveliest_line(Tensor<real> const& volume) {
    auto const v = volume.view<3>();
    bool const flat = v.shape[0] == 1;
    std::array<index_t, 2> best{v.shape[0] / 2, v.shape[1] / 2};
    double most = -1;
    for (index_t i = 0; i < v.shape[flat ? 1 : 0]; ++i) {
        index_t const z = flat ? 0 : i, y = flat ? i : v.shape[1] / 2;
        double change = 0;
        for (index_t x = 1; x < v.shape[2]; ++x) change += std::abs(double(v(z, y, x)) - double(v(z, y, x - 1)));
        if (change > most) {
            most = change;
            best = {z, y};
        }
    }
    return best;
}

Series line(std::string name, Tensor<real> const& volume, std::array<index_t, 2> const& at, double step) {
    Series s{std::move(name), {}, {}, false};
    auto const v = volume.view<3>();
    for (index_t x = 0; x < v.shape[2]; ++x) {
        s.x.push_back(step * static_cast<double>(x - v.shape[2] / 2));
        s.y.push_back(static_cast<double>(v(at[0], at[1], x)));
    }
    return s;
}

Tensor<real> error_map(Tensor<real> const& image, Tensor<real> const& reference) {
    auto const error = image.clone();
    for (index_t i = 0; i < error.size(); ++i) error.data()[i] = std::abs(image.data()[i] - reference.data()[i]);
    return error;
}

/// How many times brighter than images of `brightest` maps are shown, so that the middle one of them fills the window: 1, 2, 5, 10, ...
double round_factor(std::vector<Tensor<real>> const& maps, double brightest) {
    std::vector<double> windows;
    for (auto const& map : maps) windows.push_back(default_window(map).high);
    double const factor = brightest / median(windows);
    if (!std::isfinite(factor) || factor <= 1) return 1;
    double const power = std::pow(10.0, std::floor(std::log10(factor)));
    return power * (factor < 2 * power ? 1 : factor < 5 * power ? 2 : 5);
}

} // namespace

CasePictures make_pictures(CaseImages const& c, double error_factor) {
    require(!c.images.empty() && c.images.size() == c.methods.size(), "pictures of {}: {} images of {} methods", c.name, c.images.size(),
        c.methods.size());
    CasePictures pictures{c.name, {}, {}, {}};
    // Without a reference the window is that of the last method: the first may be gridding, with its bright artefacts.
    auto const& decisive = c.reference ? *c.reference : c.images.back();
    auto const window = default_window(decisive);
    PerAxis voxel_mm{};
    for (int d = 0; d < 3; ++d)
        voxel_mm[static_cast<std::size_t>(d)] = c.geometry.fov_mm[static_cast<std::size_t>(d)] / static_cast<double>(decisive.shape()[d]);
    bool const known = voxel_mm[2] > 0;
    if (!known) voxel_mm = {1, 1, 1};
    auto const orientation = orientation_of(c.geometry);
    auto const columns = [&](std::vector<Tensor<real>> const& volumes, Window const& shown, Colours colours,
                             std::optional<Tensor<real>> const& first, char const* first_name) {
        std::vector<MontageColumn> out;
        if (first) out.push_back({first_name, *first, shown, colours});
        for (std::size_t m = 0; m < volumes.size(); ++m) out.push_back({c.methods[m], volumes[m], shown, colours});
        return out;
    };
    auto const add = [&](std::string title, std::string note, Montage montage) {
        pictures.montages.emplace_back(std::move(title), std::move(montage));
        pictures.notes.push_back(std::move(note));
    };
    auto const images = columns(c.images, window, Colours::grey, c.reference, "reference");
    add("Central slices", "", make_montage(images, voxel_mm, Look::slices, orientation));
    if (directions(decisive) > 1) { // which are brighter than slices
        Window const bright{0, static_cast<double>(*std::max_element(decisive.data(), decisive.data() + decisive.size()))};
        add("Maximum-intensity projections", "",
            make_montage(columns(c.images, bright, Colours::grey, c.reference, "reference"), voxel_mm, Look::projections, orientation));
    }
    if (c.reference) {
        std::vector<Tensor<real>> errors;
        for (auto const& image : c.images) errors.push_back(error_map(image, *c.reference));
        add(fmt::format("|image \u2212 reference|, {:.3g} times brighter than the images", error_factor), "",
            make_montage(columns(errors, {0, window.high / error_factor}, Colours::heat, {}, ""), voxel_mm, Look::slices, orientation));
    }
    if (!c.repeats.empty()) {
        double const brighter = round_factor(c.repeats, window.high);
        add(fmt::format("Other noise: |difference of two images|, {:.3g} times brighter than the images", brighter),
            "The second image is of the same scan with one more realisation of its noise. Structure in these maps is what the noise alone changes.",
            make_montage(columns(c.repeats, {0, window.high / brighter}, Colours::heat, {}, ""), voxel_mm, Look::slices, orientation));
    }
    if (!c.lesions.empty()) {
        auto const& lesion = *c.lesion;
        double const peak = static_cast<double>(*std::max_element(lesion.data(), lesion.data() + lesion.size()));
        add("Inserted lesion: image with it minus image without, largest along each axis",
            "A small sphere was added in k-space. What is seen beside it was invented or moved; what is missing was taken for noise.",
            make_montage(columns(c.lesions, {0, peak}, Colours::grey, c.lesion, "the lesion"), voxel_mm, Look::projections, orientation));
    }

    auto const at = liveliest_line(decisive);
    pictures.profile = {fmt::format("Line along x through z = {}, y = {}", at[0], at[1]),
        known ? "mm from the centre" : "voxels from the centre", "", {}, false};
    if (c.reference) {
        pictures.profile.series.push_back(line("reference", *c.reference, at, voxel_mm[2]));
        pictures.profile.series.back().faint = true;
    }
    for (std::size_t m = 0; m < c.images.size(); ++m) pictures.profile.series.push_back(line(c.methods[m], c.images[m], at, voxel_mm[2]));
    return pictures;
}

} // namespace tessera::report
