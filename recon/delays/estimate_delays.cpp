#include "recon/delays/estimate_delays.h"

#include "core/arrays/random.h"
#include "core/order.h"
#include "recon/delays/central_model.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

using Parameters = CentralModel::Parameters;

constexpr double kRadius = 12;         // cycles per field of view
constexpr double kReadoutsPerCell = 8; // of radius^2 (2D: of radius), so that the images leave something to disagree about
constexpr double kSmallestRadius = 4;
constexpr index_t kMostCoils = 8, kMostPoints = 100000, kFewestReadouts = 8;
constexpr std::uint64_t kSeed = 1;
constexpr index_t kHeldOut = 4;                   // one of so many readouts
constexpr double kFarthest = 3, kStartStep = 0.5; // cycles per field of view of delays that are tried at first, early and late
constexpr double kAsGood = 1.5;                   // times the lowest cost: another minimum
constexpr double kEarliest = 1;                   // cycles per field of view of readouts that start in the centre
constexpr int kFirstSteps = 6;                    // from one of several starts
constexpr index_t kFirstIterations = 15, kIterations = 10, kLastIterations = 30;
constexpr int kSteps = 12, kHalvings = 4;
constexpr double kLongestStep = 0.75; // cycles per field of view
constexpr double kConverged = 2e-3;   // samples, radians

/// Samples of a readout within `radius` of k = 0.
index_t central(Tensor<real> const& trajectory, index_t readout, double radius) {
    auto const k = trajectory.view<3>();
    index_t count = 0;
    for (index_t s = 0; s < k.shape[1]; ++s) count += std::hypot(k(readout, s, 0), k(readout, s, 1), k(readout, s, 2)) <= radius;
    return count;
}

double radius_for(Acquisition const& a, Matrix const& matrix) {
    double const largest = std::min(kRadius, 0.375 * static_cast<double>(*std::max_element(matrix.begin(), matrix.end())));
    index_t readouts = 0;
    for (index_t r = 0; r < a.readouts(); ++r) readouts += central(a.trajectory, r, largest) > 0;
    require(readouts >= kFewestReadouts,
        "{}: delays: {} readouts come within {:.3g} cycles per field of view of k = 0, at least {} are needed", a.source, readouts, largest,
        kFewestReadouts);
    double const cells = static_cast<double>(readouts) / kReadoutsPerCell;
    return std::clamp(matrix[0] > 1 ? std::sqrt(cells) : cells, std::min(kSmallestRadius, largest), largest);
}

/// Readouts in random order (their own may have a pattern) that have at most `points` samples in the centre together.
std::vector<index_t> some_readouts(Acquisition const& a, double radius, index_t points) {
    std::vector<index_t> readouts;
    index_t all = 0;
    for (index_t r = 0; r < a.readouts(); ++r)
        if (index_t const n = central(a.trajectory, r, radius); n > 0) {
            readouts.push_back(r);
            all += n;
        }
    auto const total = std::ssize(readouts);
    index_t const kept = std::clamp<index_t>(total * points / all, std::min(total, kFewestReadouts), total);
    Random random(kSeed, 0);
    for (index_t i = 0; i < kept; ++i)
        std::swap(readouts[static_cast<std::size_t>(i)],
            readouts[static_cast<std::size_t>(i + static_cast<index_t>(random.uniform() * static_cast<double>(total - i)))]);
    readouts.resize(static_cast<std::size_t>(kept));
    return readouts;
}

std::vector<index_t> strongest_coils(Acquisition const& a, std::vector<index_t> const& readouts) {
    std::vector<double> energy(static_cast<std::size_t>(a.coils()));
    auto const y = a.kspace.view<3>();
    for (index_t c = 0; c < a.coils(); ++c)
        for (index_t const r : readouts)
            for (index_t s = 0; s < a.samples(); ++s) energy[static_cast<std::size_t>(c)] += static_cast<double>(norm2(y(c, r, s)));
    auto const order = ascending_order(energy);
    std::vector<index_t> coils;
    for (auto place = order.rbegin(); place != order.rend() && std::ssize(coils) < kMostCoils; ++place)
        coils.push_back(static_cast<index_t>(*place));
    return coils;
}

CentralModel model_of(Context const& cpu, Acquisition const& a, Matrix const& matrix, std::vector<index_t> const& readouts,
    std::vector<index_t> const& coils, double radius) {
    index_t const n = std::ssize(readouts), samples = a.samples();
    Tensor<real> const trajectory(cpu, {n, samples, 3});
    Tensor<complex> const kspace(cpu, {std::ssize(coils), n, samples});
    for (index_t i = 0; i < n; ++i) {
        index_t const r = readouts[static_cast<std::size_t>(i)];
        trajectory[i].copy_from(a.trajectory[r]);
        for (std::size_t c = 0; c < coils.size(); ++c) kspace[static_cast<index_t>(c)][i].copy_from(a.kspace[coils[c]][r]);
    }
    return {cpu, matrix, trajectory, kspace, radius};
}

Parameters equal_delays(CentralModel const& model, double cycles) {
    Parameters at{};
    for (std::size_t axis = 0; axis < 3; ++axis)
        if (model.axes()[axis]) at[axis] = cycles / model.longest_step();
    return at;
}

/// The best of delays that are the same along all axes.
CentralModel::Fit best_of_row(CentralModel const& model) {
    std::optional<CentralModel::Fit> best;
    for (double cycles = -kFarthest; cycles <= kFarthest; cycles += kStartStep) {
        auto const at = equal_delays(model, cycles);
        auto fit = model.fit(at, model.no_images(), kFirstIterations);
        if (!best || fit.cost < best->cost) best = std::move(fit);
    }
    return *best;
}

Parameters moved(Parameters from, Parameters const& step, double factor) {
    for (std::size_t j = 0; j < from.size(); ++j) from[j] += factor * step[j];
    return from;
}

/// The minimum nearby.
CentralModel::Fit gauss_newton(CentralModel const& model, CentralModel::Fit best, int steps) {
    double const longest = kLongestStep / model.longest_step();
    for (int i = 0; i < steps; ++i) {
        auto const step = model.step(best);
        double size = 0, delay = 0;
        for (std::size_t j = 0; j < step.size(); ++j) size = std::max(size, std::abs(step[j]));
        for (std::size_t j = 0; j < 3; ++j) delay = std::max(delay, std::abs(step[j]));
        double factor = delay > longest ? longest / delay : 1;
        bool better = false;
        for (int h = 0; h < kHalvings && !better; ++h, factor /= 2) {
            auto fit = model.fit(moved(best.at, step, factor), best.images, kIterations);
            if ((better = fit.cost < best.cost)) best = std::move(fit);
        }
        if (!better || size < kConverged) break;
    }
    return best;
}

/// Readouts that start in the centre leave a hole there when they are taken to play too early, which little contradicts; taken to play too
/// late they contradict each other. So the latest of the minima near no delay is taken.
CentralModel::Fit latest_minimum(CentralModel const& model) {
    std::vector<CentralModel::Fit> found;
    for (double const cycles : {0.0, 0.7, 1.4, 2.1})
        found.push_back(gauss_newton(model, model.fit(equal_delays(model, cycles), model.no_images(), kFirstIterations), kFirstSteps));
    auto const lateness = [](CentralModel::Fit const& fit) { return fit.at[0] + fit.at[1] + fit.at[2]; };
    double lowest = found.front().cost;
    for (auto const& fit : found) lowest = std::min(lowest, fit.cost);
    CentralModel::Fit const* latest = nullptr;
    for (auto const& fit : found)
        if (fit.cost <= kAsGood * lowest && (!latest || lateness(fit) > lateness(*latest))) latest = &fit;
    return *latest;
}

} // namespace

DelayEstimate estimate_delays(Acquisition const& a, Matrix const& matrix) {
    double const radius = radius_for(a, matrix);
    auto const readouts = some_readouts(a, radius, kMostPoints);
    std::vector<index_t> used, held_out;
    for (std::size_t i = 0; i < readouts.size(); ++i) (i % kHeldOut == 0 ? held_out : used).push_back(readouts[i]);
    auto const coils = strongest_coils(a, used);
    Context const cpu;
    auto const model = model_of(cpu, a, matrix, used, coils, radius), unseen = model_of(cpu, a, matrix, held_out, coils, radius);
    require(model.longest_step() > 0, "{}: delays: all samples of a readout lie at one place", a.source);

    auto const start = model.starts_in_centre() ? latest_minimum(model) : best_of_row(model);
    auto found = gauss_newton(model, start, kSteps).at;
    double const earliest = *std::min_element(found.begin(), found.begin() + 3) * model.longest_step();
    if (model.starts_in_centre() && earliest < -kEarliest) found = {}; // a hole
    auto const error = [&](Parameters const& delays) {
        return unseen.error(delays, model.fit(delays, model.no_images(), kLastIterations).images);
    };
    return {{{found[0], found[1], found[2]}, {found[3], found[4], found[5]}}, model.axes(), error({}), error(found)};
}

} // namespace tessera
