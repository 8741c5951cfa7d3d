#include "recon/pictures/chart.h"

#include "core/error.h"
#include "recon/pictures/html.h"
#include "recon/pictures/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tessera::report {
namespace {

constexpr double kWidth = 560, kHeight = 320, kLeft = 62, kRight = 16, kTop = 34, kBottom = 44, kLegendLine = 16;
constexpr std::size_t kIntervals = 600, kMarkersUpTo = 40;

// Told apart by readers with any colour vision (Okabe and Ito 2008); dashed when they are used a second time.
constexpr std::array<char const*, 7> kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5a6675"};

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
    bool empty() const { return low > high; }
    void include(double v) { low = std::min(low, v), high = std::max(high, v); }
};

/// One axis: values to pixels.
struct Axis {
    Range range;
    bool log = false;
    double from = 0, to = 0; ///< pixels of the ends

    double fraction(double v) const {
        return log ? std::log(v / range.low) / std::log(range.high / range.low) : (v - range.low) / (range.high - range.low);
    }
    double operator()(double v) const { return from + fraction(v) * (to - from); }
    std::vector<double> ticks(int count) const {
        return log ? log_ticks(range.low, range.high, count) : nice_ticks(range.low, range.high, count);
    }
};

bool can_be_shown(Chart const& chart, double y) { return std::isfinite(y) && (!chart.log_y || y > 0); }

/// Room above and below the curves, also around a constant and around values that differ by rounding only.
Range widened(Range r, bool log) {
    bool const constant = r.high - r.low <= 1e-9 * std::max(std::abs(r.low), std::abs(r.high));
    if (log) {
        double const margin = constant ? 2 : std::pow(r.high / r.low, 0.05);
        return {r.low / margin, r.high * margin};
    }
    double const margin = !constant ? 0.05 * (r.high - r.low) : std::max(0.5 * std::abs(r.high), 1e-12);
    return {r.low >= 0 ? std::max(0.0, r.low - margin) : r.low - margin, r.high + margin};
}

/// Indices of the points to draw; a gap stays a gap.
std::vector<std::size_t> thinned(Chart const& chart, Series const& s) {
    std::vector<std::size_t> keep;
    std::size_t const n = s.x.size(), intervals = std::min(n, kIntervals);
    for (std::size_t k = 0; k < intervals; ++k) {
        std::size_t const begin = k * n / intervals, end = (k + 1) * n / intervals;
        std::size_t low = begin, high = begin;
        bool shown = true;
        for (std::size_t i = begin; i < end; ++i) {
            if (!can_be_shown(chart, s.y[i])) {
                shown = false;
                low = high = i;
                break;
            }
            if (s.y[i] < s.y[low]) low = i;
            if (s.y[i] > s.y[high]) high = i;
        }
        keep.push_back(std::min(low, high));
        if (shown && low != high) keep.push_back(std::max(low, high));
    }
    return keep;
}

std::string text(double x, double y, char const* anchor, std::string const& content, char const* more = "") {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more, escape(content));
}

std::string curve(Chart const& chart, Series const& s, Axis const& x, Axis const& y, std::string const& style) {
    std::string path, markers;
    bool down = false;
    for (std::size_t const i : thinned(chart, s)) {
        bool const shown = can_be_shown(chart, s.y[i]) && std::isfinite(s.x[i]);
        if (shown) {
            path += fmt::format("{}{:.1f} {:.1f}", down ? "L" : "M", x(s.x[i]), y(s.y[i]));
            if (s.x.size() <= kMarkersUpTo && !s.faint)
                markers += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"/>", x(s.x[i]), y(s.y[i]));
        }
        down = shown;
    }
    return fmt::format("<g {}><path fill=\"none\" d=\"{}\"/>{}</g>\n", style, path, markers);
}

std::string style_of(std::size_t i, Series const& s) {
    char const* const colour = s.faint ? "#1c2430" : kColours[i % kColours.size()];
    return fmt::format("stroke=\"{0}\" fill=\"{0}\" stroke-linejoin=\"round\" stroke-linecap=\"round\" {1}{2}", colour,
        s.faint ? "stroke-width=\"1\" opacity=\"0.3\"" : "stroke-width=\"1.8\"", i >= kColours.size() ? " stroke-dasharray=\"5 4\"" : "");
}

/// Significant digits with which ticks are told apart, however close they are beside their size.
int digits(std::vector<double> const& ticks) {
    constexpr int kUsual = 6, kMost = 12;
    double largest = 0, step = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        largest = std::max(largest, std::abs(ticks[i]));
        if (i > 0) step = std::min(step, ticks[i] - ticks[i - 1]);
    }
    double const needed = 2 + std::floor(std::log10(largest / step));
    return std::isfinite(needed) ? std::clamp(static_cast<int>(needed), kUsual, kMost) : kUsual;
}

/// Where each entry of the legend stands: entries in lines as wide as the plot. Returns the number of lines.
int place_legend(std::vector<Series> const& series, std::vector<std::pair<double, int>>& places) {
    if (series.size() < 2) return 0;
    double x = 0;
    int line = 0;
    for (auto const& s : series) {
        double const width = 34 + 6.4 * static_cast<double>(s.name.size());
        if (x > 0 && x + width > kWidth - kLeft - kRight) x = 0, ++line;
        places.emplace_back(kLeft + x, line);
        x += width;
    }
    return line + 1;
}

} // namespace

std::string svg(Chart const& chart) {
    Axis x, y;
    for (auto const& s : chart.series) {
        require(s.x.size() == s.y.size(), "report: series {} has {} x and {} y", s.name, s.x.size(), s.y.size());
        for (std::size_t i = 0; i < s.x.size(); ++i)
            if (can_be_shown(chart, s.y[i]) && std::isfinite(s.x[i])) x.range.include(s.x[i]), y.range.include(s.y[i]);
    }
    std::vector<std::pair<double, int>> places;
    int const lines = place_legend(chart.series, places);
    double const top = kTop + lines * kLegendLine, height = kHeight + lines * kLegendLine, bottom = height - kBottom;
    std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\" "
                                  "font-family=\"system-ui, Helvetica, Arial, sans-serif\" font-size=\"11.5\" fill=\"#1c2430\">\n",
        kWidth, height, escape(chart.title));
    out += text(kLeft, 18, "start", chart.title, " font-weight=\"600\" font-size=\"13.5\"");
    if (x.range.empty()) {
        return out + text(kWidth / 2, height / 2, "middle", "no values to show", " fill=\"#5a6675\"") + "</svg>\n";
    }
    if (x.range.low == x.range.high) x.range = {x.range.low - 1, x.range.high + 1};
    y.range = widened(y.range, chart.log_y);
    x.from = kLeft, x.to = kWidth - kRight;
    y.log = chart.log_y, y.from = bottom, y.to = top;

    auto const y_ticks = y.ticks(5), x_ticks = x.ticks(6);
    for (double const v : y_ticks) {
        out += fmt::format("<path d=\"M{} {:.1f}H{}\" stroke=\"#e3e8ee\"/>\n", kLeft, y(v), kWidth - kRight);
        out += text(kLeft - 7, y(v) + 4, "end", number(v, digits(y_ticks)));
    }
    for (double const v : x_ticks) {
        out += fmt::format("<path d=\"M{:.1f} {}v5\" stroke=\"#9aa5b3\"/>\n", x(v), bottom);
        out += text(x(v), bottom + 18, "middle", number(v, digits(x_ticks)));
    }
    out += fmt::format("<path d=\"M{} {}V{}H{}\" fill=\"none\" stroke=\"#9aa5b3\"/>\n", kLeft, top, bottom, kWidth - kRight);
    out += text((kLeft + kWidth - kRight) / 2, height - 8, "middle", chart.x_label);
    if (!chart.y_label.empty())
        out +=
            text(0, 0, "middle", chart.y_label, fmt::format(" transform=\"translate(13 {:.1f}) rotate(-90)\"", (top + bottom) / 2).c_str());
    for (bool const faint : {true, false})
        for (std::size_t i = 0; i < chart.series.size(); ++i)
            if (chart.series[i].faint == faint) out += curve(chart, chart.series[i], x, y, style_of(i, chart.series[i]));
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto const [left, line] = places[i];
        double const middle = kTop - 4 + line * kLegendLine;
        out += fmt::format("<path d=\"M{:.1f} {:.1f}h18\" {}/>\n", left, middle, style_of(i, chart.series[i]));
        out += text(left + 23, middle + 4, "start", chart.series[i].name);
    }
    return out + "</svg>\n";
}

} // namespace tessera::report
