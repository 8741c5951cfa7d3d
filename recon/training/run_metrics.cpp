#include "recon/training/run_metrics.h"

#include <array>

namespace tessera {
namespace {

constexpr std::array<double ImageQuality::*, 6> kQuality{&ImageQuality::nrmse, &ImageQuality::psnr, &ImageQuality::ssim,
    &ImageQuality::hfen, &ImageQuality::data_range, &ImageQuality::scale};
constexpr std::array<double CaseRecord::*, 5> kOthers{&CaseRecord::seam, &CaseRecord::kspace_error, &CaseRecord::kspace_error_sense,
    &CaseRecord::kspace_error_l1_wavelet, &CaseRecord::kspace_error_selection};
constexpr std::array<char const*, 6> kQualityNames{"nrmse", "psnr", "ssim", "hfen", "data_range", "scale"};
// What only an equilibrium has.
constexpr std::array<double StepRecord::*, 6> kStepFixedPoint{&StepRecord::iterations, &StepRecord::residual,
    &StepRecord::iterations_backward, &StepRecord::residual_backward, &StepRecord::gain, &StepRecord::penalty};
constexpr std::array<double CaseRecord::*, 3> kCaseFixedPoint{&CaseRecord::iterations, &CaseRecord::residual, &CaseRecord::lipschitz};

std::vector<std::string> training_columns(std::vector<std::string> const& terms, index_t unrolls, bool equilibrium) {
    std::vector<std::string> columns{"step", "loss"};
    for (auto const& term : terms) columns.push_back("loss_" + term);
    columns.emplace_back("learning_rate");
    for (index_t k = 0; k < unrolls; ++k) columns.push_back(fmt::format("lambda_{}", k));
    for (char const* name : {"gradient_norm", "cg_residual_forward", "cg_residual_backward", "seconds", "peak_bytes"})
        columns.emplace_back(name);
    if (equilibrium)
        for (char const* name : {"iterations", "residual", "iterations_backward", "residual_backward", "gain", "penalty"})
            columns.emplace_back(name);
    return columns;
}

std::vector<std::string> validation_columns(bool equilibrium) {
    std::vector<std::string> columns{"step", "case"};
    for (char const* where : {"object", "volume"})
        for (char const* name : kQualityNames) columns.push_back(fmt::format("{}_{}", where, name));
    for (char const* name : {"seam", "kspace_error", "kspace_error_sense", "kspace_error_l1_wavelet", "kspace_error_selection"})
        columns.emplace_back(name);
    if (equilibrium)
        for (char const* name : {"iterations", "residual", "lipschitz"}) columns.emplace_back(name);
    return columns;
}

// Takes the cells of a row one after another.
class Reader {
public:
    explicit Reader(RowLog::Row const& row) : row_(row) {}
    double number() { return std::get<double>(row_[next_++]); }
    std::string text() { return std::get<std::string>(row_[next_++]); }
    std::vector<double> numbers(std::size_t n) {
        std::vector<double> values(n);
        for (double& v : values) v = number();
        return values;
    }

private:
    RowLog::Row const& row_;
    std::size_t next_ = 0;
};

} // namespace

CaseRecord mean_of(std::vector<CaseRecord> const& cases) {
    require(!cases.empty(), "validation: no case to take the mean of");
    CaseRecord mean{cases.front().step, CaseRecord::kMean, {}, {}, 0, 0, 0, 0, 0, 0, 0, 0};
    auto const n = static_cast<double>(cases.size());
    for (auto const& c : cases) {
        for (auto const member : kQuality) {
            mean.object.*member += c.object.*member / n;
            mean.volume.*member += c.volume.*member / n;
        }
        for (auto const member : kOthers) mean.*member += c.*member / n;
        for (auto const member : kCaseFixedPoint) mean.*member += c.*member / n;
    }
    return mean;
}

RunMetrics::RunMetrics(std::filesystem::path const& folder, std::vector<std::string> terms, index_t unrolls, bool equilibrium)
    : terms_(std::move(terms)), unrolls_(unrolls), equilibrium_(equilibrium),
      training_(folder / "metrics", training_columns(terms_, unrolls, equilibrium)),
      validation_(folder / "validation", validation_columns(equilibrium)) {}

RunMetrics::RunMetrics(std::filesystem::path const& folder, std::vector<std::string> terms, index_t unrolls, bool equilibrium,
    index_t resumed_step)
    : terms_(std::move(terms)), unrolls_(unrolls), equilibrium_(equilibrium),
      training_(folder / "metrics", training_columns(terms_, unrolls, equilibrium), resumed_step),
      validation_(folder / "validation", validation_columns(equilibrium), resumed_step) {}

void RunMetrics::add(StepRecord const& r) {
    require(r.terms.size() == terms_.size() && static_cast<index_t>(r.lambda.size()) == unrolls_,
        "metrics: a row of {} loss terms and {} lambdas in a run of {} and {}", r.terms.size(), r.lambda.size(), terms_.size(), unrolls_);
    RowLog::Row row{static_cast<double>(r.step), r.loss};
    row.insert(row.end(), r.terms.begin(), r.terms.end());
    row.emplace_back(r.learning_rate);
    row.insert(row.end(), r.lambda.begin(), r.lambda.end());
    for (double const v : {r.gradient_norm, r.cg_residual_forward, r.cg_residual_backward, r.seconds, r.peak_bytes}) row.emplace_back(v);
    if (equilibrium_)
        for (auto const member : kStepFixedPoint) row.emplace_back(r.*member);
    training_.append(std::move(row));
}

void RunMetrics::add(CaseRecord const& r) {
    RowLog::Row row{static_cast<double>(r.step), r.name};
    for (ImageQuality const& q : {r.object, r.volume})
        for (auto const member : kQuality) row.emplace_back(q.*member);
    for (auto const member : kOthers) row.emplace_back(r.*member);
    if (equilibrium_)
        for (auto const member : kCaseFixedPoint) row.emplace_back(r.*member);
    validation_.append(std::move(row));
}

std::vector<StepRecord> RunMetrics::training() const {
    std::vector<StepRecord> rows;
    for (auto const& cells : training_.rows()) {
        Reader read(cells);
        StepRecord r;
        r.step = static_cast<index_t>(read.number());
        r.loss = read.number();
        r.terms = read.numbers(terms_.size());
        r.learning_rate = read.number();
        r.lambda = read.numbers(static_cast<std::size_t>(unrolls_));
        for (double* const v : {&r.gradient_norm, &r.cg_residual_forward, &r.cg_residual_backward, &r.seconds, &r.peak_bytes})
            *v = read.number();
        if (equilibrium_)
            for (auto const member : kStepFixedPoint) r.*member = read.number();
        rows.push_back(std::move(r));
    }
    return rows;
}

std::vector<CaseRecord> RunMetrics::validation() const {
    std::vector<CaseRecord> rows;
    for (auto const& cells : validation_.rows()) {
        Reader read(cells);
        CaseRecord r;
        r.step = static_cast<index_t>(read.number());
        r.name = read.text();
        for (ImageQuality* const q : {&r.object, &r.volume})
            for (auto const member : kQuality) q->*member = read.number();
        for (auto const member : kOthers) r.*member = read.number();
        if (equilibrium_)
            for (auto const member : kCaseFixedPoint) r.*member = read.number();
        rows.push_back(std::move(r));
    }
    return rows;
}

} // namespace tessera
