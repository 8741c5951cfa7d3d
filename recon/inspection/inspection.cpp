#include "recon/inspection/inspection.h"

#include "core/arrays/vector_ops.h"
#include "recon/acquisition/readout_phase.h"
#include "recon/motion/breath.h"
#include "recon/motion/gating.h"
#include "recon/motion/phase_drift.h"
#include "recon/motion/states.h"
#include "recon/motion/time_bins.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr index_t kStates = 4; // where no number is asked for
constexpr index_t kMostReadouts = 20000;
constexpr double kDead = 0.05, kNoiseOnly = 3; // of the median coil; times the coil's noise

double root_mean_square(std::vector<std::complex<double>> const& values) {
    double sum = 0;
    for (auto const& v : values) sum += std::norm(v);
    return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<CoilFacts> coil_facts(CentralSamples const& centre, std::vector<double> const& noise) {
    std::vector<CoilFacts> coils;
    std::vector<double> signals;
    for (auto const& values : centre.values) {
        coils.push_back({root_mean_square(values), 0, false});
        signals.push_back(coils.back().signal);
    }
    double const median = signals.empty() ? 0 : quantile(signals, 0.5);
    for (std::size_t c = 0; c < coils.size(); ++c) {
        if (c < noise.size()) coils[c].noise = noise[c];
        coils[c].dead = !centre.readouts.empty() && coils[c].signal <= std::max(kDead * median, kNoiseOnly * coils[c].noise);
    }
    return coils;
}

/// What f() finds, or the sentence of the Error that it throws.
template <class F> void look(std::vector<std::string>& missing, F const& f) {
    try {
        f();
    } catch (Error const& e) {
        missing.emplace_back(e.what());
    }
}

/// Some of the readouts that are no outliers, spread over the scan, without the drift of their phase: what delays are estimated from.
Acquisition steady_part(Acquisition const& a, std::vector<index_t> const& outliers) {
    std::vector<index_t> readouts;
    index_t const step = std::max<index_t>(1, (a.readouts() + kMostReadouts - 1) / kMostReadouts);
    for (index_t r = 0; r < a.readouts(); r += step)
        if (!std::binary_search(outliers.begin(), outliers.end(), r)) readouts.push_back(r);
    auto part = take_readouts(a, readouts);
    add_readout_phase(part.kspace, phase_drift(part), -1);
    return part;
}

std::vector<double> gate_of(Acquisition const& a, GatingConfig config) {
    if (config.kind == GatingKind::off) config.kind = GatingKind::soft;
    auto const chosen = gated_readouts(a, config);
    std::vector<double> gate(static_cast<std::size_t>(a.readouts()));
    for (std::size_t i = 0; i < chosen.readouts.size(); ++i)
        gate[static_cast<std::size_t>(chosen.readouts[i])] = chosen.weights.empty() ? 1 : chosen.weights[i];
    return gate;
}

} // namespace

KspaceCoverage coverage_of(Tensor<real> const& trajectory, Matrix const& matrix, index_t shells) {
    bool const plane = matrix[0] == 1;
    double cells = 1; // in the ellipsoid of radius 1
    for (int d = plane ? 1 : 0; d < 3; ++d) cells *= 0.5 * static_cast<double>(matrix[d]);
    cells *= plane ? std::numbers::pi : 4 * std::numbers::pi / 3;
    KspaceCoverage coverage;
    coverage.density.resize(static_cast<std::size_t>(shells));
    auto const k = trajectory.host();
    for (std::size_t p = 0; p < k.size(); p += 3) {
        double square = 0;
        for (std::size_t d = 0; d < 3; ++d)
            if (matrix[2 - d] > 1) square += std::pow(2 * static_cast<double>(k[p + d]) / static_cast<double>(matrix[2 - d]), 2);
        auto const shell = static_cast<index_t>(std::sqrt(square) * static_cast<double>(shells));
        if (square <= 1) ++coverage.density[static_cast<std::size_t>(std::min(shell, shells - 1))]; // 1 belongs to the last
    }
    for (std::size_t i = 0; i < coverage.density.size(); ++i) {
        double const inner = static_cast<double>(i) / static_cast<double>(shells),
                     outer = static_cast<double>(i + 1) / static_cast<double>(shells);
        int const power = plane ? 2 : 3;
        coverage.radius.push_back(0.5 * (inner + outer));
        coverage.density[i] /= cells * (std::pow(outer, power) - std::pow(inner, power));
    }
    return coverage;
}

Tensor<real> correlation_of(Tensor<complex> const& noise) {
    index_t const coils = noise.shape()[0];
    Tensor<real> correlation(Context(), {coils, coils});
    std::vector<double> norms;
    for (index_t c = 0; c < coils; ++c) norms.push_back(norm(noise[c]));
    for (index_t i = 0; i < coils; ++i)
        for (index_t j = 0; j < coils; ++j) {
            auto const product = dot(noise[i], noise[j]);
            double const size = norms[static_cast<std::size_t>(i)] * norms[static_cast<std::size_t>(j)];
            correlation.view<2>()(i, j) = size > 0 ? static_cast<real>(std::hypot(product.re, product.im) / size) : 0;
        }
    return correlation;
}

Inspection inspect(Acquisition const& acquisition, RecordedSignals const& recorded, ScanConfig const& config, StatesConfig states,
    bool delays) {
    Acquisition a = acquisition;
    read_signal(a, config.gating);
    Inspection found;
    found.info = scan_info(a, recorded);
    found.times = times_of(a);
    found.seconds = knows_times(a);
    found.centre = central_samples(a);
    auto const outliers = outlying_readouts(found.centre);
    index_t next = 0; // the approach to steady state is what comes first without a gap
    for (index_t const r : outliers) {
        bool const first =
            std::lower_bound(found.centre.readouts.begin(), found.centre.readouts.end(), r) - found.centre.readouts.begin() == next;
        (first ? found.approach : found.spikes).push_back(r);
        next += first;
    }
    if (!a.respiration.empty()) look(found.missing, [&] { found.signals.push_back(recorded_signal(a)); });
    look(found.missing, [&] { found.signals.push_back(self_gating_signal(a, found.centre, outliers)); });
    look(found.missing, [&] { found.gate = gate_of(a, config.gating); });
    if (states.count < 2) states.count = kStates;
    look(found.missing, [&] { found.states = readouts_of_states(a, config.gating, states); });
    std::sort(found.missing.begin(), found.missing.end()); // the same reason is told once
    found.missing.erase(std::unique(found.missing.begin(), found.missing.end()), found.missing.end());
    found.drift = phase_drift(a);
    found.coils = coil_facts(found.centre, found.info.noise_deviation);
    if (a.noise && a.noise->size() > 0) found.noise_correlation = correlation_of(*a.noise);
    found.coverage = coverage_of(a.trajectory, found.info.matrix);
    std::vector<std::string> refused;
    if (delays) look(refused, [&] { found.delays = estimate_delays(steady_part(a, outliers), found.info.matrix); });
    found.no_delays = !delays ? "not looked for" : refused.empty() ? "" : refused.front();
    return found;
}

} // namespace tessera
