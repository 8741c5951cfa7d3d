// The choice of a regularisation weight.
#pragma once

#include "core/config/config.h"
#include "recon/metrics/image_quality.h"

namespace tessera {

enum class SweepMetric { nrmse, psnr, ssim, ssim_2d, hfen, held_out };
constexpr std::array<std::string_view, 6> config_names(SweepMetric) { return {"nrmse", "psnr", "ssim", "ssim_2d", "hfen", "held_out"}; }

struct LambdaRange {
    double from = 1e-3, to = 1;
    std::size_t count = 7;
    void describe(ConfigVisitor& v) {
        v("from", from, "The first weight.", {.above = 0});
        v("to", to, "The last weight.", {.above = 0});
        v("count", count, "How many, at equal ratios.", {.min = 1, .max = 1000});
    }
};

struct SweepConfig {
    std::vector<double> lambda;
    std::optional<LambdaRange> range;
    std::optional<SweepMetric> metric;
    bool in_object = true;
    double held_out = 0.1;
    std::uint64_t seed = 1;
    void describe(ConfigVisitor& v) {
        v("lambda", lambda, "Weights to try.", {.min = 0});
        v("range", range, "More weights to try, at equal ratios.");
        v("metric", metric,
            "What decides; null: nrmse where there is a reference, else held_out (the error in k-space of readouts left out).");
        v("in_object", in_object, "Compare with the reference in the object only, not in the air around it.");
        v("held_out", held_out, "Metric held_out: part of the readouts that is left out while weights are tried.",
            {.above = 0, .max = 0.9});
        v("seed", seed, "Metric held_out: which readouts.");
    }
    /// All weights, ascending, each once; empty: there is nothing to choose.
    std::vector<double> weights() const;
};

/// What one weight gave.
struct SweepRow {
    double lambda = 0;
    double score = 0; ///< value of the metric
};

/// Whether a greater value of the metric is better.
bool greater_is_better(SweepMetric metric);

/// The value of a metric that compares with a reference. Throws Error for held_out, which does not.
double value_of(SweepMetric metric, ImageQuality const& quality);

/// The row with the best score; of equal ones the first. Throws Error for no rows and scores that are not finite.
SweepRow const& best_of(std::vector<SweepRow> const& rows, SweepMetric metric);

} // namespace tessera
