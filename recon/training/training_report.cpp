#include "recon/training/training_report.h"

#include "core/files/atomic_file.h"
#include "core/files/bytes.h"
#include "core/terminal/progress.h"
#include "recon/pictures/chart.h"
#include "recon/pictures/html.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera::report {
namespace {

template <class Row, class Get> Series series(std::string name, std::vector<Row> const& rows, Get const& get) {
    Series s{std::move(name), {}, {}, false};
    for (Row const& row : rows) {
        s.x.push_back(static_cast<double>(row.step));
        s.y.push_back(get(row));
    }
    return s;
}

/// Mean over the last `n` values that are finite.
Series running_mean(Series const& s, std::size_t n) {
    Series mean{fmt::format("mean of {} steps", n), s.x, s.y, false};
    for (std::size_t i = 0; i < s.y.size(); ++i) {
        double total = 0, count = 0;
        for (std::size_t k = i + 1 > n ? i + 1 - n : 0; k <= i; ++k)
            if (std::isfinite(s.y[k])) total += s.y[k], ++count;
        mean.y[i] = count > 0 ? total / count : std::numeric_limits<double>::quiet_NaN();
    }
    return mean;
}

bool has_values(Series const& s) {
    return std::any_of(s.y.begin(), s.y.end(), [](double v) { return std::isfinite(v); });
}

std::vector<CaseRecord> means(TrainingReport const& r) {
    std::vector<CaseRecord> rows;
    std::copy_if(r.validation.begin(), r.validation.end(), std::back_inserter(rows),
        [](auto const& v) { return v.name == CaseRecord::kMean; });
    return rows;
}

std::string loss_chart(TrainingReport const& r) {
    Chart chart{"Training loss", "step", "loss", {}, true};
    Series loss = series("loss", r.training, [](StepRecord const& t) { return t.loss; });
    std::size_t const n = std::clamp<std::size_t>(r.training.size() / 20, 1, 200);
    if (r.training.size() > 40) {
        chart.series.push_back(running_mean(loss, n));
        loss.faint = true;
    }
    chart.series.push_back(std::move(loss));
    if (r.terms.size() > 1)
        for (std::size_t i = 0; i < r.terms.size(); ++i) {
            Series term = series(r.terms[i], r.training, [i](StepRecord const& t) { return t.terms[i]; });
            chart.series.push_back(r.training.size() > 40 ? running_mean(term, n) : term);
            chart.series.back().name = r.terms[i];
        }
    return svg(chart);
}

std::string lambda_chart(TrainingReport const& r) {
    Chart chart{"Regularisation weight \u03bb", "step", "\u03bb", {}, true};
    std::size_t const unrolls = r.training.empty() ? 0 : r.training.front().lambda.size();
    for (std::size_t k = 0; k < unrolls; ++k)
        chart.series.push_back(series(unrolls == 1 ? "all unrolls" : fmt::format("unroll {}", k + 1), r.training,
            [k](StepRecord const& t) { return t.lambda[k]; }));
    return svg(chart);
}

std::vector<std::string> training_charts(TrainingReport const& r) {
    std::vector<std::string> charts{loss_chart(r)};
    auto const single = [&](char const* title, char const* label, bool log, auto get) {
        Chart chart{title, "step", label, {series(title, r.training, get)}, log};
        if (has_values(chart.series[0])) charts.push_back(svg(chart));
    };
    single("Learning rate", "", false, [](StepRecord const& t) { return t.learning_rate; });
    charts.push_back(lambda_chart(r));
    single("Gradient norm before clipping", "", true, [](StepRecord const& t) { return t.gradient_norm; });
    Chart cg{"Residual of CG", "step", "relative residual",
        {series("forward", r.training, [](StepRecord const& t) { return t.cg_residual_forward; }),
            series("backward", r.training, [](StepRecord const& t) { return t.cg_residual_backward; })},
        true};
    if (has_values(cg.series[0]) || has_values(cg.series[1])) charts.push_back(svg(cg));
    Chart fixed_point{"Residual of the fixed point", "step", "relative residual",
        {series("forward", r.training, [](StepRecord const& t) { return t.residual; }),
            series("backward", r.training, [](StepRecord const& t) { return t.residual_backward; })},
        true};
    if (has_values(fixed_point.series[0])) charts.push_back(svg(fixed_point));
    Chart iterations{"Iterations to the fixed point", "step", "iterations",
        {series("forward", r.training, [](StepRecord const& t) { return t.iterations; }),
            series("backward", r.training, [](StepRecord const& t) { return t.iterations_backward; })},
        false};
    if (has_values(iterations.series[0])) charts.push_back(svg(iterations));
    single("Gain of a step", "", false, [](StepRecord const& t) { return t.gain; });
    single("Time per step", "seconds", false, [](StepRecord const& t) { return t.seconds; });
    single("Peak device memory", "GiB", false, [](StepRecord const& t) { return t.peak_bytes / (1 << 30); });
    return charts;
}

std::vector<std::string> validation_charts(std::vector<CaseRecord> const& rows) {
    std::vector<std::string> charts;
    auto const both = [&](char const* title, char const* label, double ImageQuality::*metric) {
        charts.push_back(svg({title, "step", label,
            {series("in the object", rows, [=](CaseRecord const& v) { return v.object.*metric; }),
                series("whole volume", rows, [=](CaseRecord const& v) { return v.volume.*metric; })},
            false}));
    };
    Series const kspace = series("network", rows, [](CaseRecord const& v) { return v.kspace_error; });
    if (has_values(kspace)) {
        Series const sense = series("iterative SENSE, best \u03bb", rows, [](CaseRecord const& v) { return v.kspace_error_sense; });
        Series const wavelets =
            series("compressed sensing, best \u03bb", rows, [](CaseRecord const& v) { return v.kspace_error_l1_wavelet; });
        Series const choosing =
            series("network, readouts to choose by", rows, [](CaseRecord const& v) { return v.kspace_error_selection; });
        std::vector<Series> shown{kspace, sense, choosing};
        if (has_values(wavelets)) shown.push_back(wavelets);
        return {svg({"k-space error of held-out readouts, lower is better", "step", "", shown, false})};
    }
    both("NRMSE, lower is better", "", &ImageQuality::nrmse);
    both("PSNR, higher is better", "dB", &ImageQuality::psnr);
    both("SSIM (3D), higher is better", "", &ImageQuality::ssim);
    both("HFEN, lower is better", "", &ImageQuality::hfen);
    Series seam = series("seam", rows, [](CaseRecord const& v) { return v.seam; });
    if (has_values(seam))
        charts.push_back(svg({"Error at patch faces over error beside them (1: no seam)", "step", "", {std::move(seam)}, false}));
    return charts;
}

std::string fixed(double value, int digits) { return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : number(value); }

Table validation_table(std::string caption, std::vector<CaseRecord> const& rows, ImageQuality CaseRecord::*where, bool seam) {
    Table table{{"case", "NRMSE", "PSNR (dB)", "SSIM", "HFEN", "data range"}, {}, std::move(caption)};
    if (seam) table.header.emplace_back("seam");
    for (auto const& v : rows) {
        ImageQuality const& q = v.*where;
        table.rows.push_back({v.name, fixed(q.nrmse, 4), fixed(q.psnr, 2), fixed(q.ssim, 4), fixed(q.hfen, 4), number(q.data_range)});
        if (seam) table.rows.back().push_back(fixed(v.seam, 3));
    }
    return table;
}

bool self_supervised(std::vector<CaseRecord> const& rows) {
    return std::any_of(rows.begin(), rows.end(), [](CaseRecord const& v) { return std::isfinite(v.kspace_error); });
}

Table kspace_table(index_t step, std::vector<CaseRecord> const& rows) {
    Table table{{"case", "network", "iterative SENSE, best \u03bb", "compressed sensing, best \u03bb"}, {},
        fmt::format("Step {}, k-space error of held-out readouts", step)};
    for (auto const& v : rows)
        table.rows.push_back({v.name, fixed(v.kspace_error, 4), fixed(v.kspace_error_sense, 4), fixed(v.kspace_error_l1_wavelet, 4)});
    return table;
}

void add_state(Page& page, TrainingReport const& r, std::vector<CaseRecord> const& mean) {
    if (!r.status.empty()) page.paragraph(r.status);
    if (r.training.empty()) return;
    auto const& last = r.training.back();
    double seconds = 0;
    for (auto const& t : r.training) seconds += std::isfinite(t.seconds) ? t.seconds : 0;
    Table table{{"", ""},
        {{"steps", fmt::format("{}", last.step)}, {"time in steps", format_duration(seconds)}, {"training loss", number(last.loss)},
            {"peak device memory", format_bytes(static_cast<std::size_t>(std::isfinite(last.peak_bytes) ? last.peak_bytes : 0))}},
        ""};
    auto const better = [](CaseRecord const& a, CaseRecord const& b) {
        return std::isfinite(a.kspace_error) ? a.kspace_error_selection < b.kspace_error_selection : a.object.nrmse < b.object.nrmse;
    };
    auto const trained = mean.begin() + (mean.size() > 1 && mean.front().step == 0); // what is saved is never untrained
    if (self_supervised(mean)) {
        auto const& best = *std::min_element(trained, mean.end(), better);
        table.rows.push_back({"best weights",
            fmt::format("step {}, by the readouts to choose by; k-space error {:.4f} on the held-out ones", best.step, best.kspace_error)});
    } else if (!mean.empty()) {
        auto const& best = *std::min_element(trained, mean.end(), better);
        table.rows.push_back(
            {"best mean over held-out cases", fmt::format("{}, in the object, at step {}", summary(best.object), best.step)});
    }
    page.add(html(table));
}

void add_validation(Page& page, TrainingReport const& r, std::vector<CaseRecord> const& mean) {
    if (r.validation.empty()) {
        page.paragraph("There has been no validation yet.");
        return;
    }
    index_t const step = r.validation.back().step;
    std::vector<CaseRecord> last;
    std::copy_if(r.validation.begin(), r.validation.end(), std::back_inserter(last), [&](auto const& v) { return v.step == step; });
    if (self_supervised(r.validation)) {
        page.side_by_side(validation_charts(mean));
        page.add(html(kspace_table(step, last)));
        return;
    }
    page.paragraph(
        "Magnitudes against the target after the least-squares scale. In the object means in the mask of the target; the data range, "
        "peak of PSNR and range of SSIM, is the target's maximum there.");
    page.side_by_side(validation_charts(mean));
    page.side_by_side({html(validation_table(fmt::format("Step {}, in the object", step), last, &CaseRecord::object, true)),
        html(validation_table(fmt::format("Step {}, whole volume", step), last, &CaseRecord::volume, false))});
}

} // namespace

std::string html(TrainingReport const& r) {
    Page page(r.title);
    auto const mean = means(r);
    add_state(page, r, mean);
    page.heading("Training");
    page.side_by_side(training_charts(r));
    page.heading("Held-out cases");
    add_validation(page, r, mean);
    if (!r.previews.empty()) page.heading("Previews");
    for (auto const& p : r.previews) page.add(html(p.montage, p.title, p.note));
    if (!r.facts.empty()) {
        page.heading("Configuration and environment");
        Table table{{"", ""}, {}, ""};
        for (auto const& [name, value] : r.facts) table.rows.push_back({name, value});
        page.add(html(table));
    }
    return page.str();
}

void write_report(std::filesystem::path const& path, TrainingReport const& report) { write_text_file(path, html(report)); }

} // namespace tessera::report
