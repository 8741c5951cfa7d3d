#include "recon/motion/gating.h"

#include "core/order.h"
#include "core/terminal/log.h"
#include "recon/motion/breath.h"
#include "recon/motion/time_series.h"
#include "recon/nufft/density.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {
namespace {

constexpr double kEnd = 0.05, kLeastWeight = 0.01;

/// The places of the `count` smallest values, in increasing order.
std::vector<std::size_t> places_of_smallest(std::vector<double> const& values, index_t count) {
    auto order = ascending_order(values);
    order.resize(static_cast<std::size_t>(count));
    std::sort(order.begin(), order.end());
    return order;
}

/// Of a signal that is smallest at the wanted end of the breath.
std::vector<double> soft_weights(std::vector<double> const& signal, double efficiency) {
    double const extreme = quantile(signal, kEnd);
    std::vector<double> distance;
    distance.reserve(signal.size());
    for (double const v : signal) distance.push_back(std::max(0.0, v - extreme));
    double const largest = *std::max_element(distance.begin(), distance.end());
    std::vector<double> weights(distance.size());
    double low = 1e-3 * largest, high = 1e3 * largest; // of the width, whose logarithm is halved
    for (int i = 0; i < 60; ++i) {
        double const width = std::sqrt(low * high);
        double sum = 0;
        for (std::size_t r = 0; r < weights.size(); ++r) sum += weights[r] = std::exp(-0.5 * std::pow(distance[r] / width, 2));
        (sum < efficiency * static_cast<double>(weights.size()) ? low : high) = width;
    }
    return weights;
}

void report_soft(std::vector<double> const& weights, std::size_t kept) {
    double sum = 0, squares = 0;
    for (double const w : weights) {
        sum += w;
        squares += w * w;
    }
    double const n = static_cast<double>(weights.size());
    log_info("gating: soft: {} of {} readouts weigh 0.01 or more, {:.2f} in the mean of all; as good as {:.0f} % of the readouts", kept,
        weights.size(), sum / n, 100 * sum * sum / squares / n);
}

index_t share_of(index_t readouts, double efficiency) {
    return std::clamp<index_t>(std::llround(efficiency * static_cast<double>(readouts)), 1, readouts);
}

GatedReadouts rehearsed(Acquisition const& a, GatingConfig const& config) {
    GatedReadouts kept;
    kept.readouts.resize(
        static_cast<std::size_t>(config.kind == GatingKind::hard ? share_of(a.readouts(), config.efficiency) : a.readouts()));
    std::iota(kept.readouts.begin(), kept.readouts.end(), index_t(0));
    if (config.kind == GatingKind::soft) kept.weights.assign(kept.readouts.size(), 1.0);
    return kept;
}

} // namespace

GatedReadouts gated_readouts(Acquisition const& a, GatingConfig const& config) {
    if (a.kspace.context().rehearses()) return rehearsed(a, config);
    if (config.kind == GatingKind::off) return {steady_readouts(a, config.finds_outliers()), {}};

    auto const breath = find_breath(a, config, config.finds_outliers());
    auto chosen = breath.values; // smallest at the wanted end
    if (config.end == BreathEnd::inspiration)
        for (double& v : chosen) v = -v;

    GatedReadouts kept;
    if (config.kind == GatingKind::hard) {
        auto const count = share_of(std::ssize(chosen), config.efficiency);
        for (std::size_t const i : places_of_smallest(chosen, count)) kept.readouts.push_back(breath.readouts[i]);
        log_info("gating: hard: {} of {} readouts kept, near {}", kept.readouts.size(), a.readouts(), config_name(config.end));
    } else {
        auto const soft = soft_weights(chosen, config.efficiency);
        for (std::size_t i = 0; i < soft.size(); ++i) {
            if (soft[i] < kLeastWeight) continue;
            kept.readouts.push_back(breath.readouts[i]);
            kept.weights.push_back(soft[i]);
        }
        report_soft(soft, kept.readouts.size());
    }
    return kept;
}

std::vector<double> gate(Acquisition& a, GatingConfig const& config) {
    if (config.kind == GatingKind::off && !config.finds_outliers()) return {};
    auto const kept = gated_readouts(a, config);
    a = take_readouts(a, kept.readouts);
    return kept.weights;
}

Acquisition take_readouts(Acquisition const& a, std::vector<index_t> const& readouts) {
    Acquisition taken = a;
    Context const& host = a.kspace.context();
    index_t const n = std::ssize(readouts), samples = a.samples();
    taken.kspace = Tensor<complex>(host, {a.coils(), n, samples});
    taken.trajectory = Tensor<real>(a.trajectory.context(), {n, samples, 3});
    if (a.weights) taken.weights = Tensor<real>(a.weights->context(), {n, samples});
    for (auto* const signal : {&taken.times, &taken.respiration}) {
        if (signal->empty()) continue;
        std::vector<double> cut;
        cut.reserve(readouts.size());
        for (index_t const r : readouts) cut.push_back((*signal)[static_cast<std::size_t>(r)]);
        *signal = cut;
    }
    for (index_t i = 0; i < n; ++i) {
        index_t const r = readouts[static_cast<std::size_t>(i)];
        taken.trajectory[i].copy_from(a.trajectory[r]);
        if (a.weights) (*taken.weights)[i].copy_from((*a.weights)[r]);
        for (index_t c = 0; c < a.coils(); ++c) taken.kspace[c][i].copy_from(a.kspace[c][r]);
    }
    return taken;
}

void weigh_readouts(Tensor<real> const& density, std::vector<double> const& weights, Acquisition const& a, Matrix matrix) {
    if (weights.empty()) return;
    if (!density.context().rehearses()) {
        auto values = density.to_host();
        auto const samples = static_cast<std::size_t>(a.samples());
        for (std::size_t i = 0; i < values.size(); ++i) values[i] *= static_cast<real>(weights[i / samples]);
        density.copy_from(Tensor<real>::from(density.context(), density.shape(), values));
    }
    normalise_weights(density, matrix, a.trajectory);
}

} // namespace tessera
