#include "recon/inspection/inspection_page.h"

#include "core/order.h"
#include "recon/pictures/chart.h"
#include "recon/pictures/png.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera::report {
namespace {

std::string count(std::size_t n, std::string const& what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

char const* time_label(Inspection const& f) { return f.seconds ? "time in s" : "readout"; }

/// Values of readouts in the order of time.
Series in_time(std::string name, std::vector<double> const& times, std::vector<index_t> const& readouts,
    std::vector<double> const& values) {
    std::vector<double> when;
    when.reserve(readouts.size());
    for (index_t const r : readouts) when.push_back(times[static_cast<std::size_t>(r)]);
    Series series{std::move(name), {}, {}, false};
    for (std::size_t const i : ascending_order(when)) {
        if (!series.x.empty() && when[i] <= series.x.back()) continue;
        series.x.push_back(when[i]);
        series.y.push_back(values[i]);
    }
    return series;
}

/// A line from `base` to each value.
Series stems(std::string name, Series const& points, double base) {
    Series series{std::move(name), {}, {}, false};
    double const span = points.x.empty() ? 0 : std::max(1.0, points.x.back() - points.x.front());
    for (std::size_t i = 0; i < points.x.size(); ++i)
        for (int part = 0; part < 3; ++part) {
            double const x = points.x[i] + 1e-7 * part * span;
            if (!series.x.empty() && x <= series.x.back()) continue;
            series.x.push_back(x);
            series.y.push_back(part == 0 ? base : part == 1 ? points.y[i] : std::nan(""));
        }
    return series;
}

std::vector<index_t> all_of(std::vector<double> const& values) {
    std::vector<index_t> all(values.size());
    std::iota(all.begin(), all.end(), index_t(0));
    return all;
}

void facts(Page& page, ScanInfo const& info) {
    Table table;
    table.header = {"", ""};
    auto const row = [&](std::string name, std::string value) { table.rows.push_back({std::move(name), std::move(value)}); };
    row("format", info.format);
    row("k-space", fmt::format("{} coils, {} readouts of {} samples", info.coils, info.readouts, info.samples));
    row("matrix (z, y, x)", fmt::format("{} x {} x {}", info.matrix[0], info.matrix[1], info.matrix[2]));
    bool const known = info.fov_mm[1] > 0 && info.fov_mm[2] > 0;
    row("field of view in mm",
        known ? fmt::format("{:.4g} x {:.4g} x {:.4g}, voxels of {:.3g} x {:.3g} x {:.3g}", info.fov_mm[0], info.fov_mm[1], info.fov_mm[2],
                    info.voxel_mm[0], info.voxel_mm[1], info.voxel_mm[2])
              : std::string("unknown"));
    row("largest frequency",
        fmt::format("{:.4g}, {:.4g}, {:.4g} cycles per field of view", info.largest_frequency[0], info.largest_frequency[1],
            info.largest_frequency[2]));
    row("memory as read", fmt::format("{:.3g} GiB", info.host_gib));
    for (auto const& note : info.notes) row("note", note);
    for (auto const& warning : info.warnings) row("warning", warning);
    page.add(html(table));
}

void centre(Page& page, Inspection const& f) {
    page.heading("The centre of k-space");
    if (f.centre.readouts.empty()) {
        page.paragraph(
            "No readout comes within half a cycle per field of view of k = 0: nothing can be seen of breathing, spikes and steady state.");
        return;
    }
    auto magnitude = f.centre.magnitude();
    std::vector<index_t> left_out = f.approach;
    left_out.insert(left_out.end(), f.spikes.begin(), f.spikes.end());
    std::vector<double> outliers;
    double const typical = quantile(magnitude, 0.5);
    for (index_t const r : left_out) {
        auto const at = std::lower_bound(f.centre.readouts.begin(), f.centre.readouts.end(), r) - f.centre.readouts.begin();
        outliers.push_back(std::exchange(magnitude[static_cast<std::size_t>(at)], std::nan("")));
    }
    Chart chart{"Magnitude at k = 0, all coils", time_label(f), "signal", {in_time("readouts", f.times, f.centre.readouts, magnitude)},
        false};
    if (!left_out.empty()) chart.series.push_back(stems("left out", in_time("", f.times, left_out, outliers), typical));
    Chart const drift{"Phase at k = 0 that drifts", time_label(f), "radians", {in_time("drift", f.times, all_of(f.drift), f.drift)}, false};
    page.side_by_side({svg(chart), svg(drift)});
    auto const [least, most] = std::minmax_element(f.drift.begin(), f.drift.end());
    page.paragraph(
        fmt::format("{} of {} pass k = 0. Left out where outliers are looked for: {} on the approach to steady state, {} more than six "
                    "robust deviations from their neighbours. The phase drifts over {:.2f} radians (phase_drift takes it off).",
            f.centre.readouts.size(), count(static_cast<std::size_t>(f.info.readouts), "readout"), count(f.approach.size(), "readout"),
            count(f.spikes.size(), "spike"), *most - *least));
}

/// Readouts of the first dozen breaths, in which single ones can be told apart.
std::vector<index_t> first_breaths(Inspection const& f) {
    auto shown = all_of(f.times);
    double const frequency = f.signals.empty() ? 0 : f.signals.front().power.frequency;
    if (frequency <= 0 || shown.empty()) return shown;
    double const end = *std::min_element(f.times.begin(), f.times.end()) + 12 / frequency;
    std::erase_if(shown, [&](index_t r) { return f.times[static_cast<std::size_t>(r)] > end; });
    return shown;
}

Series part_of(std::string name, Inspection const& f, std::vector<index_t> const& readouts, std::vector<double> const& values) {
    std::vector<double> part;
    part.reserve(readouts.size());
    for (index_t const r : readouts) part.push_back(values[static_cast<std::size_t>(r)]);
    return in_time(std::move(name), f.times, readouts, part);
}

/// The breath in pieces, one colour for each state.
Chart states_chart(Inspection const& f, RespiratorySignal const& signal) {
    Chart chart{fmt::format("Breath {}, in {} states", signal.from, f.states.size()), time_label(f), "inspired", {}, false};
    auto const shown = first_breaths(f);
    for (std::size_t s = 0; s < f.states.size(); ++s) {
        std::vector<double> only(signal.values.size(), std::nan(""));
        for (index_t const r : f.states[s]) only[static_cast<std::size_t>(r)] = signal.values[static_cast<std::size_t>(r)];
        chart.series.push_back(part_of(fmt::format("state {}: {} readouts", s + 1, f.states[s].size()), f, shown, only));
    }
    return chart;
}

void breath(Page& page, Inspection const& f) {
    page.heading("Breathing");
    std::vector<std::string> charts;
    for (auto const& signal : f.signals) {
        Chart const chart{"Breath " + signal.from, time_label(f), "inspired",
            {in_time("breath", f.times, all_of(signal.values), signal.values)}, false};
        charts.push_back(svg(chart));
        page.paragraph(fmt::format("Breath {}: {}, trust {:.2f} (share of its power in the breathing band; white noise has 0.2).",
            signal.from, signal.rate(), signal.power.trust));
    }
    if (f.signals.size() == 2)
        page.paragraph(fmt::format("The two correlate by {:.2f}.", correlation(f.signals[0].values, f.signals[1].values)));
    if (!f.gate.empty()) {
        double sum = 0, squares = 0;
        std::size_t kept = 0;
        for (double const w : f.gate) {
            sum += w;
            squares += w * w;
            kept += w > 0;
        }
        Chart const gate{"Weight that gating gives", time_label(f), "weight", {part_of("weight", f, first_breaths(f), f.gate)}, false};
        charts.push_back(svg(gate));
        page.paragraph(fmt::format("Gating keeps {} of {} readouts, as good as {:.0f} % of them.", kept, f.gate.size(),
            100 * sum * sum / std::max(squares, 1e-300) / static_cast<double>(f.gate.size())));
    }
    if (!f.states.empty() && !f.signals.empty()) charts.push_back(svg(states_chart(f, f.signals.front())));
    for (auto const& why : f.missing) page.paragraph(why);
    if (!charts.empty()) page.side_by_side(charts);
}

/// |correlation| in grey, about 240 pixels wide, at least two for each coil.
std::string correlation_picture(Tensor<real> const& correlation) {
    index_t const n = correlation.shape()[0], side = std::max<index_t>(2, 240 / std::max<index_t>(1, n));
    Picture picture{n * side, n * side, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(n * side * n * side))};
    for (index_t y = 0; y < n * side; ++y)
        for (index_t x = 0; x < n * side; ++x)
            picture.pixels[static_cast<std::size_t>(y * n * side + x)] =
                static_cast<std::uint8_t>(255 * brightness(correlation.view<2>()(y / side, x / side), {0, 1}));
    return image(encode_png(picture), "correlation of the coils' noise") +
        "<p class=\"caption\">Correlation of the noise between coils: black 0, white 1</p>";
}

void coils(Page& page, Inspection const& f) {
    page.heading("Coils");
    Table table;
    table.header = {"coil", "signal at k = 0", "noise", "signal / noise", ""};
    std::size_t dead = 0;
    for (std::size_t c = 0; c < f.coils.size(); ++c) {
        auto const& coil = f.coils[c];
        table.rows.push_back({fmt::format("{}", c + 1), number(coil.signal), coil.noise > 0 ? number(coil.noise) : "\u2013",
            coil.noise > 0 ? number(coil.signal / coil.noise) : "\u2013", coil.dead ? "sees nothing" : ""});
        dead += coil.dead;
    }
    if (!f.centre.readouts.empty())
        page.paragraph(
            dead == 0 ? "Every coil sees the object." : fmt::format("{} of {}: no signal.", dead, count(f.coils.size(), "coil")));
    if (f.noise_correlation)
        page.side_by_side({html(table), correlation_picture(*f.noise_correlation)});
    else
        page.add(html(table)).paragraph("The file has no noise samples: coils cannot be whitened.");
}

void coverage(Page& page, Inspection const& f) {
    page.heading("Coverage of k-space");
    std::vector<double> const nyquist(f.coverage.radius.size(), 1.0);
    Chart const chart{"Samples for each cell of the matrix", "|k| relative to the edge", "samples a cell",
        {{"samples", f.coverage.radius, f.coverage.density, false}, {"one a cell", f.coverage.radius, nyquist, true}}, true};
    page.add(svg(chart));
    double edge = 0; // the farthest shell with a sample for each cell
    for (std::size_t i = 0; i < f.coverage.radius.size() && f.coverage.density[i] >= 1; ++i) edge = f.coverage.radius[i];
    page.paragraph(
        fmt::format("K-space has a sample for every cell up to {:.0f} % of the way to its edge; in the outermost shell {:.2g} a cell.",
            100 * edge, f.coverage.density.empty() ? 0 : f.coverage.density.back()));
}

void delays(Page& page, Inspection const& f) {
    page.heading("Gradient delays");
    if (!f.delays) {
        page.paragraph(f.no_delays);
        return;
    }
    if (!f.delays->better()) {
        page.paragraph(fmt::format("None are found that predict unseen readouts better (error {:.4f} without, {:.4f} with the best).",
            f.delays->error_before, f.delays->error_after));
        return;
    }
    Table table;
    table.header = {"axis", "samples late", "phase in radians"};
    char const* const axes[] = {"z", "y", "x"};
    for (std::size_t d = 0; d < 3; ++d)
        if (f.delays->seen[d])
            table.rows.push_back(
                {axes[d], fmt::format("{:.3f}", f.delays->delays.samples[d]), fmt::format("{:.3f}", f.delays->delays.phase[d])});
    page.add(html(table));
    page.paragraph(
        fmt::format("Readouts that the estimate has not seen are predicted with an error of {:.4f} without these delays and of {:.4f} with "
                    "them (delays.kind=estimate corrects them where that is better).",
            f.delays->error_before, f.delays->error_after));
}

} // namespace

std::string inspection_page(Inspection const& found, Table const& costs) {
    Page page(fmt::format("Raw data: {}", found.info.file));
    facts(page, found.info);
    centre(page, found);
    breath(page, found);
    coils(page, found);
    coverage(page, found);
    delays(page, found);
    if (!costs.rows.empty()) page.heading("What a reconstruction takes").add(html(costs));
    return page.str();
}

} // namespace tessera::report
