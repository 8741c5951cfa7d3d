#include "nn/losses/ssim.h"

#include "kernels/network/gaussian.h"
#include "kernels/network/ssim.h"
#include "nn/losses/check.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kSlab = 16; // slices
constexpr index_t kMaps = 4, kDerivatives = 3;

// Slices [begin, end).
struct Slab {
    index_t begin, end;
    index_t size() const { return end - begin; }
};

// The similarity of one pair of volumes, by slabs.
class Similarity {
public:
    Similarity(Tensor<complex> prediction, Tensor<complex> target, LossMask mask, Difference const& sums)
        : p_(std::move(prediction)), t_(std::move(target)), mask_(std::move(mask)), c1_(square(0.01 * sums.peak)),
          c2_(square(0.03 * sums.peak)), count_(sums.weight) {
        for (index_t d = 0; d <= kGaussianRadius; ++d) weight_[static_cast<std::size_t>(d)] = std::exp(-double(d * d) / (2 * 1.5 * 1.5));
        for (int axis = 0; axis < 3; ++axis) scale_[static_cast<std::size_t>(axis)] = scale(t_.shape()[axis]);
    }

    double mean() const {
        double total = 0;
        for (Slab const slab : slabs()) {
            auto const maps = windows(slab);
            enqueue(t_.stream(), SsimValues{at(maps, slab)});
            total += sum(maps[0]);
        }
        return total / count_;
    }

    /// The gradient of -mean, times scale[0].
    Tensor<real> pull_back(Tensor<real> const& scale, Shape const& shape) const {
        Tensor<real> const g(t_.context(), shape);
        auto const complex_g = g.reinterpret<complex>(t_.shape());
        for (Slab const slab : slabs()) {
            auto const maps = derivatives(slab);
            enqueue(g.stream(),
                SsimPullback{p_.slice(slab.begin, slab.end).flat(), t_.slice(slab.begin, slab.end).flat(),
                    maps.reshape({kDerivatives, voxels(slab)}).view<2>(), scale.flat(), static_cast<real>(-1 / count_),
                    complex_g.slice(slab.begin, slab.end).flat()});
        }
        return g;
    }

private:
    static double square(double x) { return x * x; }
    index_t voxels(Slab slab) const { return slab.size() * t_.shape()[1] * t_.shape()[2]; }

    // 1 / the sum of the window's weights around every element of an axis.
    Tensor<real> scale(index_t n) const {
        std::vector<real> values(static_cast<std::size_t>(n));
        for (index_t i = 0; i < n; ++i) {
            double total = 0;
            for (index_t j = std::max<index_t>(0, i - kGaussianRadius); j <= std::min(n - 1, i + kGaussianRadius); ++j)
                total += weight_[static_cast<std::size_t>(std::abs(i - j))];
            values[static_cast<std::size_t>(i)] = static_cast<real>(1 / total);
        }
        return Tensor<real>::from(t_.context(), {n}, values);
    }

    std::vector<Slab> slabs() const {
        std::vector<Slab> all;
        index_t const n = t_.shape()[0];
        for (index_t z = 0; z < n; z += kSlab) all.push_back({z, std::min(n, z + kSlab)});
        return all;
    }
    // What the window around the slices of a slab sees.
    Slab seen_by(Slab slab) const {
        return {std::max<index_t>(0, slab.begin - kGaussianRadius), std::min(t_.shape()[0], slab.end + kGaussianRadius)};
    }

    void filter(Tensor<real> const& x, index_t x_first, Tensor<real> const& y, index_t y_first, index_t length) const {
        GaussianAlongAxis kernel{x.view<3>(), y.view<3>(), x_first, y_first, length, {}};
        for (index_t d = 0; d <= kGaussianRadius; ++d) kernel.weight[d] = static_cast<real>(weight_[static_cast<std::size_t>(d)]);
        enqueue(y.stream(), kernel);
    }

    // The first `count` maps of a slab, filtered along all axes without the window's scale: the part `to` of slab `from`.
    Tensor<real> filtered(Tensor<real> maps, index_t count, Slab from, Slab to) const {
        index_t const ny = t_.shape()[1], nx = t_.shape()[2], rows = count * to.size();
        Tensor<real> const a(t_.context(), {count, to.size(), ny * nx});
        filter(maps.slice(0, count).reshape({count, from.size(), ny * nx}), from.begin, a, to.begin, t_.shape()[0]);
        maps = {};
        Tensor<real> const b(t_.context(), {rows, ny, nx});
        filter(a.reshape({rows, ny, nx}), 0, b, 0, ny);
        filter(b.reshape({rows * ny, nx, 1}), 0, a.reshape({rows * ny, nx, 1}), 0, nx);
        return a.reshape({count, voxels(to)});
    }

    // The filtered maps of a slab, [4, voxels].
    Tensor<real> windows(Slab slab) const {
        Slab const seen = seen_by(slab);
        Tensor<real> maps(t_.context(), {kMaps, voxels(seen)});
        enqueue(t_.stream(), SsimMaps{p_.slice(seen.begin, seen.end).flat(), t_.slice(seen.begin, seen.end).flat(), maps.view<2>()});
        return filtered(std::move(maps), kMaps, seen, slab);
    }
    SsimWindows at(Tensor<real> const& maps, Slab slab) const {
        Weights const weights = mask_ ? Weights{mask_->slice(slab.begin, slab.end).flat(), true} : Weights{};
        return {maps.view<2>(), {scale_[0].flat(), scale_[1].flat(), scale_[2].flat(), slab.begin}, weights, static_cast<real>(c1_),
            static_cast<real>(c2_)};
    }
    // Derivatives of the sum of similarities with respect to the unfiltered maps d, d^2 and x^2 + r^2 of a slab.
    Tensor<real> derivatives(Slab slab) const {
        Slab const seen = seen_by(slab);
        auto maps = windows(seen);
        enqueue(t_.stream(), SsimDerivatives{at(maps, seen)});
        return filtered(std::move(maps), kDerivatives, seen, slab); // the filter without its scale is its own transpose
    }

    Tensor<complex> p_, t_;
    LossMask mask_;
    double c1_, c2_, count_;
    std::array<double, kGaussianRadius + 1> weight_;
    std::array<Tensor<real>, 3> scale_; // of z, y, x
};

} // namespace

Var ssim_loss(Tape& tape, Var const& prediction, Tensor<complex> const& target, LossMask const& mask) {
    char const* const name = "ssim loss";
    auto const p = checked_prediction(name, prediction, target);
    require(target.shape().rank() == 3, "{}: a target of shape {}, expected [z, y, x]", name, target.shape().str());
    auto const sums = difference(target, target, checked_mask(name, target, mask), true);
    require(sums.weight != 0, "{}: the mask leaves none of the {} voxels", name, target.size());
    require(sums.peak > 0, "{}: the target is zero", name);
    Similarity const similarity(p, target, mask, sums);
    return tape.record(scalar(target.context(), 1 - similarity.mean()), bool(prediction.slot()),
        [similarity, slot = prediction.slot(), shape = prediction.shape()](
            Tensor<real> const& scale) { slot.add(similarity.pull_back(scale, shape)); });
}

} // namespace tessera
