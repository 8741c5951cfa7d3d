#include "recon/comparison/comparison_report.h"

#include "recon/pictures/html.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera::report {
namespace {

/// Whether a method may be called the best of a measure: not of one that knows no reference, where its figures come with warnings.
/// A network on data unlike its training repeats itself well and is wrong.
bool may_be_best(std::vector<CaseResult> const& cases, Measure const& measure, std::size_t method) {
    std::string_view const key(measure.key);
    bool const without_reference = key == "repeat_difference" || key == "lesion_spread";
    return !without_reference || !is_warned_of(cases, method);
}

/// Marks the best mean of each column; `offset` columns stand before the measures.
std::vector<std::vector<bool>> best_cells(std::vector<CaseResult> const& cases, std::vector<Measure> const& measures, std::size_t offset) {
    std::size_t const methods = cases.front().methods.size();
    std::vector strong(methods, std::vector<bool>(offset + measures.size(), false));
    for (std::size_t k = 0; k < measures.size(); ++k) {
        if (measures[k].best == Measure::Best::neither || methods < 2) continue;
        double const sign = measures[k].best == Measure::Best::lower ? 1 : -1;
        std::size_t best = methods;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t m = 0; m < methods; ++m)
            if (double const mean = summarise(values_of(cases, measures[k], m)).mean;
                std::isfinite(mean) && sign * mean < least && may_be_best(cases, measures[k], m)) {
                least = sign * mean;
                best = m;
            }
        if (best < methods) strong[best][offset + k] = true;
    }
    return strong;
}

/// Means stay in one line with their deviations, intervals in one of their own.
Table styled(TextTable table, std::string caption, std::vector<std::vector<bool>> strong = {}) {
    for (auto& row : table.rows)
        for (auto& cell : row)
            for (char const* const separator : {" \u00b1 ", ", "})
                if (auto const at = cell.find(separator); at != std::string::npos && cell != row.front()) {
                    std::string const text(separator);
                    cell.replace(at, text.size(), text[0] == ' ' ? "\u00a0\u00b1\u00a0" : ",\u00a0");
                }
    return {std::move(table.header), std::move(table.rows), std::move(caption), std::move(strong)};
}

enum class Group { object, volume, other };
constexpr std::array kGroups{std::pair{Group::object, "In the object"}, std::pair{Group::volume, "Whole volume"},
    std::pair{Group::other, "Trust, time and memory"}};

std::vector<Measure> of_group(std::vector<Measure> const& all, Group group) {
    static constexpr std::array<std::string_view, 7> object{"nrmse", "psnr_db", "ssim_3d", "ssim_2d", "hfen", "vessel_width",
        "vessels_lost"};
    std::vector<Measure> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](Measure const& m) {
        std::string_view const key(m.key);
        bool const volume = key.ends_with("_volume"), in_object = std::find(object.begin(), object.end(), key) != object.end();
        return group == (volume ? Group::volume : in_object ? Group::object : Group::other);
    });
    return some;
}

/// The scan: where it is, and how large its voxels are.
std::string about(CaseResult const& c) {
    bool const known = c.voxel_mm[1] > 0 && c.voxel_mm[2] > 0;
    std::string const voxels = known
        ? fmt::format("voxels of {} x {} x {} mm (z, y, x)", number(c.voxel_mm[0]), number(c.voxel_mm[1]), number(c.voxel_mm[2]))
        : "voxels of unknown size, shown as cubes";
    return fmt::format("{}: {} coils, {} readouts, {}.", c.file, c.coils, c.readouts, voxels);
}

std::vector<std::string> sweep_charts(CaseResult const& c) {
    std::vector<std::string> charts;
    for (auto const& r : c.methods) {
        if (r.sweep.size() < 2) continue;
        Series s{r.name, {}, {}, false};
        for (auto const& row : r.sweep) {
            if (row.lambda <= 0) continue;
            s.x.push_back(std::log10(row.lambda));
            s.y.push_back(row.score);
        }
        auto const metric = config_name(*r.chosen_by);
        charts.push_back(svg({fmt::format("{}: choice of \u03bb by {}", r.name, metric), "log10 \u03bb", std::string(metric), {s}, false}));
    }
    return charts;
}

void explain(Page& page, std::vector<Measure> const& measures) {
    auto const has = [&](char const* key) {
        return std::any_of(measures.begin(), measures.end(), [&](Measure const& m) { return std::string_view(m.key) == key; });
    };
    std::string text;
    if (has("nrmse"))
        text +=
            "Magnitudes are compared with the reference after the least-squares scale, in the mask of the object unless a column says volume. "
            "SSIM has Gaussian windows of 1.5 voxels in three dimensions, or in the slices along z (2D), and the reference's maximum as range; "
            "HFEN is the relative error after a Laplacian of Gaussian of 1.5 voxels. ";
    if (has("vessel_width"))
        text +=
            "Vessel width is the full width at half maximum over that of the reference on the same lines (1: as sharp); vessels lost is the "
            "share of lines on which no vessel is seen. ";
    if (has("kspace_error"))
        text += "The k-space error is that of readouts which the image was made without, and which no \u03bb was chosen on (0: predicted, "
                "1: an empty image). ";
    if (has("lesion_recovery"))
        text +=
            "Lesion is the contrast with which an inserted lesion comes back (1: right), elsewhere what changed beside it (0: right), repeat the "
            "relative difference between images of two realisations of the noise. ";
    if (has("residual"))
        text += "Iterations and residual are those of a method that iterates to a fixed point: how many it took, and by which part of the "
                "image one more would change it. ";
    text +=
        "Time is that of one reconstruction from the prepared scan with the chosen \u03bb, the setup of its operators included; memory is the "
        "highest use of the computing device.";
    page.paragraph(text);
}

void add_tables(Page& page, std::vector<CaseResult> const& cases, std::vector<Measure> const& measures, std::string const& where) {
    bool const several = cases.size() > 1;
    for (auto const& [group, name] : kGroups) {
        auto const some = of_group(measures, group);
        if (some.empty()) continue;
        if (several)
            page.add(html(styled(summary_table(cases, some), name + where, best_cells(cases, some, 1))));
        else
            page.add(html(styled(case_table(cases.front(), some), name + where, best_cells(cases, some, 2))));
    }
}

} // namespace

std::string html(ComparisonReport const& r) {
    Page page(r.title);
    auto const measures = measures_in(r.cases);
    bool const several = r.cases.size() > 1;
    if (!r.warnings.empty()) {
        page.heading("Warnings");
        for (auto const& warning : r.warnings) page.paragraph(warning);
    }
    if (!r.cases.empty()) {
        if (several) {
            page.heading("All cases");
            add_tables(page, r.cases, measures,
                fmt::format(": mean \u00b1 standard deviation over {} cases; the best mean of a column is bold", r.cases.size()));
            for (Group const group : {Group::object, Group::volume}) {
                auto const some = of_group(measures, group);
                if (some.empty()) continue;
                page.add(html(styled(difference_table(r.cases, some, r.against),
                    fmt::format("{}: mean difference from {} on the same cases{}", kGroups[static_cast<std::size_t>(group)].second,
                        r.cases.front().methods.at(r.against).name,
                        r.cases.size() < kCasesForInterval ? "" : " [95 % confidence interval]"))));
            }
        }
        if (several) explain(page, measures);
    }
    for (auto const& c : r.cases) {
        page.heading(fmt::format("{}: {} x {} x {} voxels", c.name, c.matrix[0], c.matrix[1], c.matrix[2]));
        page.paragraph(about(c));
        add_tables(page, {c}, measures, several ? "" : "; the best of a column is bold");
        for (auto const& warning : warnings_of(c)) page.paragraph(warning);
        if (!several) explain(page, measures);
        for (auto const& p : r.pictures) {
            if (p.name != c.name) continue;
            for (std::size_t i = 0; i < p.montages.size(); ++i) page.add(html(p.montages[i].second, p.montages[i].first, p.notes[i]));
            auto charts = sweep_charts(c);
            charts.insert(charts.begin(), svg(p.profile));
            page.side_by_side(charts);
        }
    }
    if (!r.facts.empty()) {
        page.heading("How this was made");
        Table table{{"", ""}, {}, ""};
        for (auto const& [name, value] : r.facts) table.rows.push_back({name, value});
        page.add(html(table));
    }
    return page.str();
}

} // namespace tessera::report
