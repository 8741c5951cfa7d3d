#include "recon/held_out.h"

#include "core/vector_ops.h"
#include "kernels/philox.h"
#include "recon/least_squares.h"
#include "recon/sense_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {
namespace {

constexpr std::uint64_t kHeldOut = 1ull << 32; // the stream of the seed, as in training

} // namespace

std::pair<std::vector<index_t>, std::vector<index_t>> draw_readouts(index_t n, index_t count, std::uint64_t seed) {
    require(count >= 0 && count <= n, "held-out readouts: {} of {}", count, n);
    std::vector<index_t> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    for (index_t i = 0; i < count; ++i) { // Fisher and Yates, as far as needed
        auto const block = philox(seed, kHeldOut, static_cast<std::uint64_t>(i));
        auto const j = i + std::min(n - i - 1, static_cast<index_t>(uniform<double>(block.word[0], block.word[1]) * static_cast<double>(n - i)));
        std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(j)]);
    }
    std::sort(all.begin(), all.begin() + count);
    std::sort(all.begin() + count, all.end());
    return {{all.begin(), all.begin() + count}, {all.begin() + count, all.end()}};
}

Scan select_readouts(Scan const& scan, std::vector<index_t> const& readouts) {
    require(!readouts.empty(), "readouts: none of {} are selected", scan.readouts);
    Context const host;
    index_t const coils = scan.kspace.shape()[0], n = scan.samples, count = std::ssize(readouts);
    auto const kspace = scan.kspace.to(host);
    auto const trajectory = scan.trajectory.to(host), weights = scan.weights.to(host);
    Tensor<complex> const chosen(host, {coils, count * n});
    Tensor<real> const positions(host, {count * n, 3}), densities(host, {count * n});
    double const growth = static_cast<double>(scan.readouts) / static_cast<double>(count);
    for (index_t i = 0; i < count; ++i) {
        index_t const r = readouts[static_cast<std::size_t>(i)];
        require(r >= 0 && r < scan.readouts, "readouts: {} of {}", r, scan.readouts);
        for (index_t c = 0; c < coils; ++c) std::copy_n(kspace.data() + (c * scan.readouts + r) * n, n, chosen.data() + (c * count + i) * n);
        std::copy_n(trajectory.data() + r * n * 3, n * 3, positions.data() + i * n * 3);
        for (index_t k = 0; k < n; ++k) densities.data()[i * n + k] = static_cast<real>(growth * static_cast<double>(weights.data()[r * n + k]));
    }
    Scan part = scan;
    part.readouts = count;
    part.kspace = chosen.to(scan.kspace.context());
    part.trajectory = positions.to(scan.trajectory.context());
    part.weights = densities.to(scan.weights.context());
    return part;
}

SplitScan hold_out(Scan const& scan, double fraction, std::uint64_t seed) {
    require(scan.readouts >= 2, "held-out readouts: {} readouts cannot be split", scan.readouts);
    require(fraction > 0 && fraction < 1, "held-out readouts: a fraction of {}, expected one between 0 and 1", fraction);
    auto const count = std::clamp<index_t>(std::lround(fraction * static_cast<double>(scan.readouts)), 1, scan.readouts - 1);
    auto const [held_out, used] = draw_readouts(scan.readouts, count, seed);
    return {select_readouts(scan, used), select_readouts(scan, held_out)};
}

double kspace_error(Scan const& held_out, Tensor<complex> const& image, NufftConfig const& config) {
    auto const model = sense_model(held_out.maps, {held_out.kspace, held_out.trajectory, held_out.weights}, config, NormalOperator::gridded);
    require(image.shape() == model->domain(), "k-space error: an image of shape {} for a scan of {}", image.shape().str(), model->domain().str());
    double const energy = weighted_energy(held_out.kspace, held_out.weights);
    require(energy > 0, "k-space error: the samples are zero");
    Tensor<complex> const difference(model->context(), model->codomain());
    model->forward(image.to(model->context()), difference);
    axpby(-1, held_out.kspace, 1, difference);
    return std::sqrt(weighted_energy(difference, held_out.weights) / energy);
}

} // namespace tessera
