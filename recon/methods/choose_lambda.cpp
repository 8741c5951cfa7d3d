#include "recon/methods/choose_lambda.h"

#include "core/terminal/log.h"
#include "recon/metrics/image_quality.h"
#include "recon/sense/held_out.h"

namespace tessera {

LambdaChoice choose_lambda(Scan const& scan, ScanConfig const& prepared, MethodConfig const& config, MethodProgress const& progress) {
    LambdaChoice choice{config, {}, {}};
    auto const weights = config.sweep.weights();
    if (weights.empty()) return choice;
    require(choice.config.lambda() != nullptr, "sweep: the method {} has no regularisation weight to choose", config_name(config.method));
    auto const metric = config.sweep.metric.value_or(scan.expected ? SweepMetric::nrmse : SweepMetric::held_out);
    choice.metric = metric;
    bool const held_out = metric == SweepMetric::held_out;
    require(held_out || scan.expected, "sweep: metric {} needs a reference, and the input has none (held_out does without)",
        config_name(metric));

    std::optional<SplitScan> split;
    if (held_out) split = hold_out(scan, config.sweep.held_out, config.sweep.seed);
    Mask mask;
    if (!held_out && config.sweep.in_object) mask = object_mask(*scan.expected);
    Reconstructor reconstruct(held_out ? split->used : scan, prepared);
    for (double const lambda : weights) {
        *choice.config.lambda() = lambda;
        auto const image = reconstruct(choice.config, progress);
        double const score = held_out ? kspace_error(split->held_out, image, prepared.nufft)
                                      : value_of(metric, quality(magnitude(image), *scan.expected, mask));
        choice.rows.push_back({lambda, score});
        log_info("sweep: lambda {:.4g} has {} {:.5g}", lambda, config_name(metric), score);
    }
    auto const& best = best_of(choice.rows, metric);
    *choice.config.lambda() = best.lambda;
    bool const at_end = choice.rows.size() > 2 && (&best == &choice.rows.front() || &best == &choice.rows.back());
    log_info("sweep: lambda {:.4g} is the best of {} by {}", best.lambda, choice.rows.size(), config_name(metric));
    if (at_end)
        log_warn("sweep: the best lambda, {:.4g}, is at an end of those that were tried; a wider range may hold a better one", best.lambda);
    return choice;
}

std::string csv(LambdaChoice const& choice) {
    std::string out = fmt::format("lambda,{}\n", choice.metric ? config_name(*choice.metric) : "score");
    for (auto const& row : choice.rows) out += fmt::format("{},{}\n", row.lambda, row.score);
    return out;
}

} // namespace tessera
