#include "recon/comparison/comparison_report.h"
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

} // namespace

CasePictures make_pictures(CaseImages const& c, double error_factor) {
    require(!c.images.empty() && c.images.size() == c.methods.size(), "pictures of {}: {} images of {} methods", c.name, c.images.size(),
        c.methods.size());
    CasePictures pictures{c.name, {}, {}, {}};
    // Without a reference the window is that of the last method: the first may be gridding, with its bright artefacts.
    auto const& decisive = c.reference ? *c.reference : c.images.back();
    auto const window = default_window(decisive);
    auto const columns = [&](std::vector<Tensor<real>> const& volumes, Window const& shown, Colours colours, std::optional<Tensor<real>> const& first,
                             char const* first_name) {
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
    add("Central slices", "", make_montage(images, c.voxel_mm));
    if (directions(decisive) > 1) { // which are brighter than slices
        Window const bright{0, static_cast<double>(*std::max_element(decisive.data(), decisive.data() + decisive.size()))};
        add("Maximum-intensity projections", "",
            make_montage(columns(c.images, bright, Colours::grey, c.reference, "reference"), c.voxel_mm, Look::projections));
    }
    if (c.reference) {
        std::vector<Tensor<real>> errors;
        for (auto const& image : c.images) errors.push_back(error_map(image, *c.reference));
        add(fmt::format("|image \u2212 reference|, {:.3g} times brighter than the images", error_factor), "",
            make_montage(columns(errors, {0, window.high / error_factor}, Colours::heat, {}, ""), c.voxel_mm));
    }
    if (!c.repeats.empty())
        add(fmt::format("Other noise: |difference of two images|, {:.3g} times brighter", error_factor),
            "The second image is of the same scan with one more realisation of its noise. Structure in these maps is what the noise alone changes.",
            make_montage(columns(c.repeats, {0, window.high / error_factor}, Colours::heat, {}, ""), c.voxel_mm));
    if (!c.lesions.empty()) {
        auto const& lesion = *c.lesion;
        double const peak = static_cast<double>(*std::max_element(lesion.data(), lesion.data() + lesion.size()));
        add("Inserted lesion: image with it minus image without, largest along each axis",
            "A small sphere was added in k-space. What is seen beside it was invented or moved; what is missing was taken for noise.",
            make_montage(columns(c.lesions, {0, peak}, Colours::grey, c.lesion, "the lesion"), c.voxel_mm, Look::projections));
    }

    auto const at = liveliest_line(decisive);
    pictures.profile = {fmt::format("Line along x through z = {}, y = {}", at[0], at[1]), "mm from the centre", "", {}, false};
    if (c.reference) {
        pictures.profile.series.push_back(line("reference", *c.reference, at, c.voxel_mm[2]));
        pictures.profile.series.back().faint = true;
    }
    for (std::size_t m = 0; m < c.images.size(); ++m) pictures.profile.series.push_back(line(c.methods[m], c.images[m], at, c.voxel_mm[2]));
    return pictures;
}

} // namespace tessera::report
