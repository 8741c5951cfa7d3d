#include "recon/sense/held_out.h"

#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"
#include "recon/sense/least_squares.h"
#include "recon/sense/scan_part.h"
#include "recon/sense/sense_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {

std::vector<index_t> all_readouts(index_t n) {
    std::vector<index_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

index_t share_of(index_t n, double fraction) {
    return std::clamp<index_t>(std::lround(fraction * static_cast<double>(n)), 1, std::max<index_t>(1, n - 1));
}

std::pair<std::vector<index_t>, std::vector<index_t>> draw_readouts(std::vector<index_t> from, index_t count, std::uint64_t seed,
    std::uint64_t stream) {
    auto const n = static_cast<index_t>(from.size());
    Random random(seed, stream);
    for (index_t i = 0; i < count; ++i) { // Fisher and Yates, as far as needed
        auto const j = i + std::min(n - i - 1, static_cast<index_t>(random.uniform() * static_cast<double>(n - i)));
        std::swap(from[static_cast<std::size_t>(i)], from[static_cast<std::size_t>(j)]);
    }
    std::sort(from.begin(), from.begin() + count);
    std::sort(from.begin() + count, from.end());
    return {{from.begin(), from.begin() + count}, {from.begin() + count, from.end()}};
}

Scan select_readouts(Scan const& scan, std::vector<index_t> const& readouts) {
    require(!readouts.empty(), "readouts: none of {} are selected", scan.readouts);
    for (index_t const r : readouts) require(r >= 0 && r < scan.readouts, "readouts: {} of {}", r, scan.readouts);
    Context const host = scan.kspace.context().host();
    Scan part = scan;
    part.trajectory = scan.trajectory.to(host);
    part.weights = scan.weights.to(host);
    auto const chosen = part_of(part, readouts, nullptr);
    part.readouts = std::ssize(readouts);
    part.kspace = taken(host, chosen.chosen, scan.kspace.to(host), scan.kspace.shape()[0]).to(scan.kspace.context());
    part.trajectory = chosen.trajectory.to(scan.trajectory.context());
    part.weights = chosen.weights.to(scan.weights.context());
    return part;
}

SplitScan hold_out(Scan const& scan, double fraction, std::uint64_t seed) {
    require(scan.readouts >= 2, "held-out readouts: {} readouts cannot be split", scan.readouts);
    require(fraction > 0 && fraction < 1, "held-out readouts: a fraction of {}, expected one between 0 and 1", fraction);
    auto const [held_out, used] = draw_readouts(all_readouts(scan.readouts), share_of(scan.readouts, fraction), seed, kHeldOutStream);
    return {select_readouts(scan, used), select_readouts(scan, held_out)};
}

HeldOutReadouts hold_out_twice(index_t readouts, double report, double choose, std::uint64_t seed) {
    auto [reported, rest] = draw_readouts(all_readouts(readouts), share_of(readouts, report), seed, kHeldOutStream);
    auto const count = share_of(std::ssize(rest), choose);
    auto [chosen, used] = draw_readouts(std::move(rest), count, seed, kHeldOutStream);
    require(std::ssize(used) >= 2, "held-out readouts: of {} readouts {} are to report on and {} to choose by, which leaves {}", readouts,
        reported.size(), chosen.size(), used.size());
    return {std::move(reported), std::move(chosen), std::move(used)};
}

double kspace_error(Scan const& held_out, Tensor<complex> const& image, NufftConfig const& config) {
    auto const model =
        sense_model(held_out.maps, {held_out.kspace, held_out.trajectory, held_out.weights}, config, NormalOperator::gridded);
    require(image.shape() == model->domain(), "k-space error: an image of shape {} for a scan of {}", image.shape().str(),
        model->domain().str());
    double const energy = weighted_energy(held_out.kspace, held_out.weights);
    require(energy > 0, "k-space error: the samples are zero");
    Tensor<complex> const difference(model->context(), model->codomain());
    model->forward(image.to(model->context()), difference);
    axpby(-1, held_out.kspace.to(model->context()), 1, difference);
    return std::sqrt(weighted_energy(difference, held_out.weights) / energy);
}

} // namespace tessera
