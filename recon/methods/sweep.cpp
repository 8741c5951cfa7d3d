#include "recon/methods/sweep.h"

#include <algorithm>
#include <cmath>

namespace tessera {

std::vector<double> SweepConfig::weights() const {
    auto all = lambda;
    if (range)
        for (std::size_t i = 0; i < range->count; ++i) {
            double const share = range->count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(range->count - 1);
            all.push_back(i + 1 == range->count && i > 0 ? range->to : range->from * std::pow(range->to / range->from, share));
        }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

bool greater_is_better(SweepMetric metric) {
    return metric == SweepMetric::psnr || metric == SweepMetric::ssim || metric == SweepMetric::ssim_2d;
}

double value_of(SweepMetric metric, ImageQuality const& q) {
    switch (metric) {
    case SweepMetric::nrmse: return q.nrmse;
    case SweepMetric::psnr: return q.psnr;
    case SweepMetric::ssim: return q.ssim;
    case SweepMetric::ssim_2d: return q.ssim_2d;
    case SweepMetric::hfen: return q.hfen;
    case SweepMetric::held_out: break;
    }
    fail("sweep: held_out is no comparison with a reference");
}

SweepRow const& best_of(std::vector<SweepRow> const& rows, SweepMetric metric) {
    require(!rows.empty(), "sweep: no weights to choose from");
    for (auto const& row : rows)
        require(!std::isnan(row.score), "sweep: the {} of lambda {:g} is not a number", config_name(metric), row.lambda);
    double const sign = greater_is_better(metric) ? -1 : 1;
    return *std::min_element(rows.begin(), rows.end(), [&](auto const& a, auto const& b) { return sign * a.score < sign * b.score; });
}

} // namespace tessera
