#include "recon/pictures/montage.h"

#include "recon/pictures/html.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera::report {
namespace {

constexpr index_t kGap = 4; // black pixels between pictures
using Rgb = std::array<std::uint8_t, 3>;

/// Points along matplotlib's "magma" (Smith, van der Walt 2015; public domain), linear in between.
Rgb heat(double t) {
    static constexpr double kPoints[9][3] = {{0, 0, 4}, {28, 16, 68}, {79, 18, 123}, {129, 37, 129}, {181, 54, 122}, {229, 80, 100},
        {251, 135, 97}, {254, 194, 135}, {252, 253, 191}};
    auto const i = std::min<std::size_t>(7, static_cast<std::size_t>(8 * t));
    Rgb colour{};
    for (std::size_t c = 0; c < 3; ++c)
        colour[c] =
            static_cast<std::uint8_t>(std::lround(kPoints[i][c] + (8 * t - static_cast<double>(i)) * (kPoints[i + 1][c] - kPoints[i][c])));
    return colour;
}

Picture paint(Plane const& plane, MontageColumn const& column) {
    Picture picture{plane.width, plane.height, column.colours == Colours::grey ? 1 : 3, {}};
    for (real const value : plane.pixels) {
        double const t = brightness(value, column.window);
        if (picture.channels == 1) {
            picture.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * t)));
        } else {
            Rgb const colour = heat(t);
            picture.pixels.insert(picture.pixels.end(), colour.begin(), colour.end());
        }
    }
    return picture;
}

/// ", R to L, A down to P": the edges of a picture that looks along an axis.
std::string sides(Orientation const& o, int axis) {
    std::size_t const across = axis == 2 ? 1 : 2, down = axis == 0 ? 1 : 0;
    bool const turned = axis != 0; // z is shown upwards
    return fmt::format(", {} to {}, {} down to {}", o.low[across], o.high[across], turned ? o.high[down] : o.low[down],
        turned ? o.low[down] : o.high[down]);
}

/// "a, b: 0 to 1; c: 0 to 0.2."
std::string describe_windows(std::vector<MontageColumn> const& columns) {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        Window const& w = columns[i].window;
        bool const shared = i + 1 < columns.size() && columns[i + 1].window.low == w.low && columns[i + 1].window.high == w.high;
        out += columns[i].caption;
        out += shared ? ", " : fmt::format(": {} to {}{}", number(w.low), number(w.high), i + 1 < columns.size() ? "; " : ".");
    }
    return "Darkest to brightest shade: " + out;
}

} // namespace

Montage make_montage(std::vector<MontageColumn> const& columns, PerAxis const& voxel_mm, Look look,
    std::optional<Orientation> const& orientation) {
    require(!columns.empty(), "montage: no volumes");
    Montage montage;
    for (auto const& c : columns) {
        require(c.volume.shape() == columns[0].volume.shape(), "montage: {} has shape {}, {} has {}", c.caption, c.volume.shape().str(),
            columns[0].caption, columns[0].volume.shape().str());
        require(c.window.high > c.window.low, "montage: the window of {} from {} to {} is empty", c.caption, c.window.low, c.window.high);
        montage.columns.push_back(c.caption);
    }
    montage.windows = describe_windows(columns);
    std::array<char const*, 3> const names{"along z", "along y", "along x"};
    for (int axis = 0; axis < directions(columns[0].volume); ++axis) {
        montage.rows.emplace_back(names[static_cast<std::size_t>(axis)]);
        if (orientation) montage.rows.back() += sides(*orientation, axis);
        auto& row = montage.pictures.emplace_back();
        auto const& plane = look == Look::slices ? central_slice : maximum_projection;
        for (auto const& c : columns) row.push_back(paint(plane(c.volume, voxel_mm, axis), c));
    }
    return montage;
}

std::vector<MontageColumn> against_target(Tensor<real> const& input, Tensor<real> const& output, Tensor<real> const& target,
    double error_factor) {
    require(output.shape() == target.shape(), "montage: output has shape {}, target has {}", output.shape().str(), target.shape().str());
    require(error_factor > 0, "montage: an error factor of {}", error_factor);
    auto const error = output.clone();
    for (index_t i = 0; i < error.size(); ++i) error.data()[i] = std::abs(output.data()[i] - target.data()[i]);
    Window const window = default_window(target), narrow{0, window.high / error_factor};
    return {{"input", input, window, Colours::grey}, {"output", output, window, Colours::grey}, {"target", target, window, Colours::grey},
        {fmt::format("|output \u2212 target| \u00d7 {:.3g}", error_factor), error, narrow, Colours::heat}};
}

Picture compose(Montage const& montage) {
    Picture whole{0, -kGap, 3, {}};
    index_t cell = 0;
    for (auto const& row : montage.pictures) {
        for (auto const& p : row) cell = std::max(cell, p.width);
        whole.height += row[0].height + kGap;
    }
    whole.width = static_cast<index_t>(montage.columns.size()) * (cell + kGap) - kGap;
    whole.pixels.assign(static_cast<std::size_t>(3 * whole.width * whole.height), 0);
    index_t top = 0;
    for (auto const& row : montage.pictures) {
        for (std::size_t c = 0; c < row.size(); ++c) {
            Picture const& p = row[c];
            index_t const left = static_cast<index_t>(c) * (cell + kGap) + (cell - p.width) / 2;
            for (index_t i = 0; i < p.width * p.height * 3; ++i) {
                index_t const pixel = i / 3, at = (top + pixel / p.width) * whole.width + left + pixel % p.width;
                whole.pixels[static_cast<std::size_t>(3 * at + i % 3)] = p.pixels[static_cast<std::size_t>(p.channels == 3 ? i : pixel)];
            }
        }
        top += row[0].height + kGap;
    }
    return whole;
}

std::string html(Montage const& montage, std::string const& title, std::string const& note) {
    std::string out = fmt::format(
        "<figure><figcaption>{}</figcaption>\n"
        "<div class=\"scroll\"><div class=\"montage\" style=\"grid-template-columns: 5em repeat({}, minmax(8em, 1fr))\">\n<div></div>",
        escape(title), montage.columns.size());
    for (auto const& caption : montage.columns) out += fmt::format("<div class=\"column\">{}</div>", escape(caption));
    index_t widest = 1;
    for (auto const& row : montage.pictures) widest = std::max(widest, row[0].width);
    for (std::size_t r = 0; r < montage.rows.size(); ++r) {
        out += fmt::format("\n<div>{}</div>", escape(montage.rows[r]));
        for (std::size_t c = 0; c < montage.columns.size(); ++c) {
            Picture const& p = montage.pictures[r][c];
            double const percent = 100.0 * static_cast<double>(p.width) / static_cast<double>(widest); // one scale for all rows
            out += fmt::format("<div class=\"black\"><div style=\"width: {:.2f}%\">{}</div></div>", percent,
                image(encode_png(p), montage.columns[c] + ", " + montage.rows[r]));
        }
    }
    out += fmt::format("\n</div></div>\n<p class=\"note\">{}</p>\n</figure>\n", escape(montage.windows + (note.empty() ? "" : " " + note)));
    return out;
}

} // namespace tessera::report
