#include "recon/comparison/measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace tessera {
namespace {

using Best = Measure::Best;

template <double ImageQuality::*value> double in_object(MethodResult const& r) {
    return r.object ? (*r.object).*value : MethodResult::kNone;
}
template <double ImageQuality::*value> double in_volume(MethodResult const& r) {
    return r.volume ? (*r.volume).*value : MethodResult::kNone;
}

constexpr std::array kMeasures{
    Measure{"nrmse", "NRMSE", 4, Best::lower, in_object<&ImageQuality::nrmse>},
    Measure{"psnr_db", "PSNR (dB)", 2, Best::higher, in_object<&ImageQuality::psnr>},
    Measure{"ssim_3d", "SSIM 3D", 4, Best::higher, in_object<&ImageQuality::ssim>},
    Measure{"ssim_2d", "SSIM 2D", 4, Best::higher, in_object<&ImageQuality::ssim_2d>},
    Measure{"hfen", "HFEN", 4, Best::lower, in_object<&ImageQuality::hfen>},
    Measure{"nrmse_volume", "NRMSE, volume", 4, Best::lower, in_volume<&ImageQuality::nrmse>},
    Measure{"psnr_db_volume", "PSNR (dB), volume", 2, Best::higher, in_volume<&ImageQuality::psnr>},
    Measure{"ssim_3d_volume", "SSIM 3D, volume", 4, Best::higher, in_volume<&ImageQuality::ssim>},
    Measure{"ssim_2d_volume", "SSIM 2D, volume", 4, Best::higher, in_volume<&ImageQuality::ssim_2d>},
    Measure{"hfen_volume", "HFEN, volume", 4, Best::lower, in_volume<&ImageQuality::hfen>},
    Measure{"vessel_width", "vessel width", 3, Best::neither, [](MethodResult const& r) { return r.vessel_width; }},
    Measure{"vessels_lost", "vessels lost", 3, Best::lower, [](MethodResult const& r) { return r.vessels_lost; }},
    Measure{"kspace_error", "k-space error", 4, Best::lower, [](MethodResult const& r) { return r.kspace_error; }},
    Measure{"lesion_recovery", "lesion", 3, Best::neither, [](MethodResult const& r) { return r.lesion_recovery; }},
    Measure{"lesion_spread", "elsewhere", 3, Best::lower, [](MethodResult const& r) { return r.lesion_spread; }},
    Measure{"repeat_difference", "repeat", 4, Best::lower, [](MethodResult const& r) { return r.repeat_difference; }},
    Measure{"iterations", "iterations", 0, Best::neither, [](MethodResult const& r) { return r.iterations; }},
    Measure{"residual", "residual", 5, Best::neither, [](MethodResult const& r) { return r.residual; }},
    Measure{"seam", "seam", 3, Best::neither, [](MethodResult const& r) { return r.seam; }},
    Measure{"seconds", "time (s)", 1, Best::lower, [](MethodResult const& r) { return r.seconds; }},
    Measure{"peak_mib", "memory (MiB)", 0, Best::lower, [](MethodResult const& r) { return r.peak_bytes / (1 << 20); }},
};

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

std::string quoted(std::string const& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (char const c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

} // namespace

std::vector<Measure> measures_in(std::vector<CaseResult> const& cases) {
    std::vector<Measure> found;
    std::copy_if(kMeasures.begin(), kMeasures.end(), std::back_inserter(found), [&](Measure const& m) {
        return std::any_of(cases.begin(), cases.end(), [&](CaseResult const& c) {
            return std::any_of(c.methods.begin(), c.methods.end(), [&](MethodResult const& r) { return std::isfinite(m.of(r)); });
        });
    });
    return found;
}

std::vector<double> values_of(std::vector<CaseResult> const& cases, Measure const& measure, std::size_t method) {
    std::vector<double> values;
    for (auto const& c : cases)
        if (double const v = measure.of(c.methods.at(method)); std::isfinite(v)) values.push_back(v);
    return values;
}

PairedDifference difference_of(std::vector<CaseResult> const& cases, Measure const& measure, std::size_t first, std::size_t second) {
    std::vector<double> a, b;
    for (auto const& c : cases) {
        double const x = measure.of(c.methods.at(first)), y = measure.of(c.methods.at(second));
        if (!std::isfinite(x) || !std::isfinite(y)) continue;
        a.push_back(x);
        b.push_back(y);
    }
    return paired_difference(a, b);
}

std::string text_of(Measure const& measure, double value) {
    return std::isfinite(value) ? fmt::format("{:.{}f}", value, measure.digits) : std::string("\u2013");
}

std::string text_of(Measure const& measure, SampleSummary const& values) {
    return values.n < 2 ? text_of(measure, values.mean)
                        : fmt::format("{} \u00b1 {}", text_of(measure, values.mean), text_of(measure, values.deviation));
}

bool is_warned_of(std::vector<CaseResult> const& cases, std::size_t method) {
    return std::any_of(cases.begin(), cases.end(), [&](CaseResult const& c) { return !c.methods.at(method).warnings.empty(); });
}

std::string marked_name(MethodResult const& result) { return result.warnings.empty() ? result.name : result.name + " \u26a0"; }

std::vector<std::string> warnings_of(CaseResult const& c) {
    std::vector<std::string> all;
    for (auto const& r : c.methods)
        for (auto const& warning : r.warnings) all.push_back(fmt::format("\u26a0 {}: {}", r.name, warning));
    return all;
}

TextTable case_table(CaseResult const& c, std::vector<Measure> const& measures) {
    TextTable table{{"method", "\u03bb"}, {}};
    for (auto const& m : measures) table.header.emplace_back(m.title);
    for (auto const& r : c.methods) {
        auto& row =
            table.rows.emplace_back(std::vector<std::string>{marked_name(r), r.lambda ? fmt::format("{:.3g}", *r.lambda) : "\u2013"});
        for (auto const& m : measures) row.push_back(text_of(m, m.of(r)));
    }
    return table;
}

TextTable summary_table(std::vector<CaseResult> const& cases, std::vector<Measure> const& measures) {
    TextTable table{{"method"}, {}};
    for (auto const& m : measures) table.header.emplace_back(m.title);
    if (cases.empty()) return table;
    for (std::size_t i = 0; i < cases.front().methods.size(); ++i) {
        auto const& name = cases.front().methods[i].name;
        auto& row = table.rows.emplace_back(std::vector<std::string>{is_warned_of(cases, i) ? name + " \u26a0" : name});
        for (auto const& m : measures) row.push_back(text_of(m, summarise(values_of(cases, m, i))));
    }
    return table;
}

TextTable difference_table(std::vector<CaseResult> const& cases, std::vector<Measure> const& measures, std::size_t against) {
    TextTable table{{"method"}, {}};
    for (auto const& m : measures) table.header.emplace_back(m.title);
    for (std::size_t i = 0; !cases.empty() && i < cases.front().methods.size(); ++i) {
        if (i == against) continue;
        auto& row = table.rows.emplace_back(std::vector<std::string>{cases.front().methods[i].name});
        for (auto const& m : measures) {
            auto const d = difference_of(cases, m, i, against);
            row.push_back(!std::isfinite(d.mean) ? std::string("\u2013")
                    : d.n < kCasesForInterval    ? fmt::format("{:+.{}f}", d.mean, m.digits)
                                                 : fmt::format("{0:+.{3}f} [{1:+.{3}f}, {2:+.{3}f}]", d.mean, d.low, d.high, m.digits));
        }
    }
    return table;
}

std::string markdown(TextTable const& table) {
    auto const line = [](std::vector<std::string> const& cells) {
        std::string out = "|";
        for (auto const& c : cells) {
            std::string escaped;
            for (char const k : c) escaped += k == '|' ? std::string("\\|") : std::string(1, k);
            out += fmt::format(" {} |", escaped);
        }
        return out + "\n";
    };
    std::string out = line(table.header);
    out += '|';
    for (std::size_t i = 0; i < table.header.size(); ++i) out += "---|";
    out += "\n";
    for (auto const& row : table.rows) out += line(row);
    return out;
}

std::string csv(std::vector<CaseResult> const& cases) {
    std::string out = "case,matrix,method,lambda";
    for (auto const& m : kMeasures) out += fmt::format(",{}", m.key);
    out += '\n';
    for (auto const& c : cases)
        for (auto const& r : c.methods) {
            out += fmt::format("{},{}x{}x{},{},{}", quoted(c.name), c.matrix[0], c.matrix[1], c.matrix[2], quoted(r.name),
                cell(r.lambda.value_or(MethodResult::kNone)));
            for (auto const& m : kMeasures) out += fmt::format(",{}", cell(m.of(r)));
            out += '\n';
        }
    if (cases.size() < 2) return out;
    for (char const* const row : {"mean", "standard deviation"})
        for (std::size_t i = 0; i < cases.front().methods.size(); ++i) {
            out += fmt::format("{},,{},", row, quoted(cases.front().methods[i].name));
            for (auto const& m : kMeasures) {
                auto const s = summarise(values_of(cases, m, i));
                out += fmt::format(",{}", cell(row[0] == 'm' ? s.mean : s.deviation));
            }
            out += '\n';
        }
    return out;
}

std::string markdown(std::vector<CaseResult> const& cases, std::size_t against) {
    auto const measures = measures_in(cases);
    std::string out;
    if (cases.size() > 1) {
        out += fmt::format("Mean \u00b1 standard deviation over {} cases:\n\n{}\n", cases.size(), markdown(summary_table(cases, measures)));
        out += fmt::format("Mean difference from {} over the same cases{}:\n\n{}\n", cases.front().methods.at(against).name,
            cases.size() < kCasesForInterval ? "" : " [95 % confidence interval]", markdown(difference_table(cases, measures, against)));
    }
    for (auto const& c : cases) {
        out += fmt::format("{} ({} x {} x {} voxels):\n\n{}\n", c.name, c.matrix[0], c.matrix[1], c.matrix[2],
            markdown(case_table(c, measures)));
        for (auto const& warning : warnings_of(c)) out += warning + "\n\n";
    }
    return out;
}

} // namespace tessera
