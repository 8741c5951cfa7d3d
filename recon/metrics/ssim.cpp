#include "recon/metrics/checks.h"

#include <array>

namespace tessera {

using namespace metrics;

namespace {

// A Gaussian along one dimension of n voxels, cut off at `radius` voxels (0: each voxel on its own) and renormalised at its ends.
class Window {
public:
    static constexpr index_t kRadius = 5;

    explicit Window(index_t n, index_t radius = kRadius) : radius_(radius), scale_(static_cast<std::size_t>(n)) {
        for (index_t k = -kRadius; k <= kRadius; ++k) weight_[k + kRadius] = std::exp(-double(k * k) / (2 * 1.5 * 1.5));
        for (index_t i = 0; i < n; ++i) {
            double total = 0;
            for (index_t j = first(i); j <= last(i); ++j) total += weight_[j - i + kRadius];
            scale_[static_cast<std::size_t>(i)] = 1 / total;
        }
    }
    index_t size() const { return static_cast<index_t>(scale_.size()); }
    index_t first(index_t i) const { return std::max<index_t>(0, i - radius_); }
    index_t last(index_t i) const { return std::min(size() - 1, i + radius_); }
    /// Weight of voxel j in the window around voxel i.
    double operator()(index_t i, index_t j) const { return weight_[j - i + kRadius] * scale_[static_cast<std::size_t>(i)]; }

private:
    index_t radius_;
    double weight_[2 * kRadius + 1];
    std::vector<double> scale_;
};

// Walks through the volume slice by slice and keeps only the slices that a window reaches.
class Ssim {
public:
    /// `radii` of the windows along z, y, x.
    Ssim(Tensor<real> const& image, Tensor<real> const& reference, double range, std::array<index_t, 3> const& radii)
        : image_(image.view<3>()), reference_(reference.view<3>()), z_(image_.shape[0], radii[0]), y_(image_.shape[1], radii[1]),
          x_(image_.shape[2], radii[2]), c1_(square(0.01 * range)), c2_(square(0.03 * range)), along_x_(slice_size()),
          slices_(static_cast<std::size_t>(std::min(kSlices, z_.size())), std::vector<double>(slice_size())) {}

    /// Calls use(z, y, row) with the similarities of each row, rows of a slice in parallel.
    template <class F> void for_each_row(F const& use) {
        index_t ready = 0;
        for (index_t z = 0; z < z_.size(); ++z) {
            for (; ready <= z_.last(z); ++ready) filter_slice(ready);
#pragma omp parallel
            {
                std::vector<double> moments(static_cast<std::size_t>(kMoments * x_.size())), row(static_cast<std::size_t>(x_.size()));
#pragma omp for schedule(static)
                for (index_t y = 0; y < y_.size(); ++y) {
                    std::fill(moments.begin(), moments.end(), 0.0);
                    for (index_t j = z_.first(z); j <= z_.last(z); ++j) add_row(z_(z, j), slice(j), y, moments.data());
                    similarities(moments.data(), row.data());
                    use(z, y, row.data());
                }
            }
        }
    }

private:
    static constexpr index_t kMoments = 5; // x, r, x^2, r^2, x r
    static constexpr index_t kSlices = 2 * Window::kRadius + 1;

    std::size_t slice_size() const { return static_cast<std::size_t>(kMoments * y_.size() * x_.size()); }
    std::vector<double>& slice(index_t z) { return slices_[static_cast<std::size_t>(z % kSlices)]; }

    // Slices are [y, moment, x].
    void add_row(double w, std::vector<double> const& slice, index_t y, double* out) const {
        index_t const n = kMoments * x_.size();
        double const* const in = slice.data() + y * n;
        for (index_t i = 0; i < n; ++i) out[i] += w * in[i];
    }

    void filter_slice(index_t z) {
        index_t const n = x_.size();
#pragma omp parallel
        {
            std::vector<double> moments(static_cast<std::size_t>(kMoments * n));
#pragma omp for schedule(static)
            for (index_t y = 0; y < y_.size(); ++y) {
                for (index_t i = 0; i < n; ++i) {
                    double const x = image_(z, y, i), r = reference_(z, y, i);
                    double const m[kMoments] = {x, r, x * x, r * r, x * r};
                    for (index_t k = 0; k < kMoments; ++k) moments[static_cast<std::size_t>(k * n + i)] = m[k];
                }
                for (index_t k = 0; k < kMoments; ++k) filter_row(moments.data() + k * n, along_x_.data() + (y * kMoments + k) * n);
            }
#pragma omp for schedule(static)
            for (index_t y = 0; y < y_.size(); ++y) {
                double* const out = slice(z).data() + y * kMoments * n;
                std::fill(out, out + kMoments * n, 0.0);
                for (index_t j = y_.first(y); j <= y_.last(y); ++j) add_row(y_(y, j), along_x_, j, out);
            }
        }
    }

    void filter_row(double const* in, double* out) const {
        for (index_t i = 0; i < x_.size(); ++i) {
            double s = 0;
            for (index_t j = x_.first(i); j <= x_.last(i); ++j) s += x_(i, j) * in[j];
            out[i] = s;
        }
    }

    void similarities(double const* moments, double* row) const {
        index_t const n = x_.size();
        for (index_t i = 0; i < n; ++i) {
            double const x = moments[i], r = moments[n + i];
            double const xx = moments[2 * n + i] - x * x, rr = moments[3 * n + i] - r * r, xr = moments[4 * n + i] - x * r;
            row[i] = (2 * x * r + c1_) * (2 * xr + c2_) / ((x * x + r * r + c1_) * (xx + rr + c2_));
        }
    }

    View<real, 3> image_, reference_;
    Window z_, y_, x_;
    double c1_, c2_;
    std::vector<double> along_x_;
    std::vector<std::vector<double>> slices_; // slice z is at z % kSlices
};

/// The sum over voxels of share(z, y, x) times their similarity.
template <class Share> double weighted_sum(Ssim similarity, Shape const& s, Share const& share) {
    std::vector<double> sums(static_cast<std::size_t>(s[0] * s[1])); // of rows, added in order below
    similarity.for_each_row([&](index_t z, index_t y, double const* row) {
        double sum = 0;
        for (index_t x = 0; x < s[2]; ++x) sum += share(z, y, x) * row[x];
        sums[static_cast<std::size_t>(z * s[1] + y)] = sum;
    });
    double total = 0;
    for (double const sum : sums) total += sum;
    return total;
}

} // namespace

double ssim(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("ssim", image, reference, mask);
    Ssim similarity(image, reference, maximum("ssim", reference, mask), {Window::kRadius, Window::kRadius, Window::kRadius});
    Shape const& s = image.shape();
    real const* const m = data(mask);
    double const total =
        weighted_sum(std::move(similarity), s, [&](index_t z, index_t y, index_t x) { return weight(m, (z * s[1] + y) * s[2] + x); });
    return total / sum(image.size(), [&](index_t i) { return weight(m, i); });
}

double ssim_2d(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask, int axis) {
    check("ssim_2d", image, reference, mask);
    require(axis >= 0 && axis <= 2, "ssim_2d: slices along axis {}, expected 0 (z), 1 (y) or 2 (x)", axis);
    std::array<index_t, 3> radii{Window::kRadius, Window::kRadius, Window::kRadius};
    radii[static_cast<std::size_t>(axis)] = 0;
    Ssim similarity(image, reference, maximum("ssim_2d", reference, mask), radii);
    Shape const& s = image.shape();
    real const* const m = data(mask);
    auto const weight_at = [&](index_t z, index_t y, index_t x) { return weight(m, (z * s[1] + y) * s[2] + x); };
    auto const slice_of = [axis](index_t z, index_t y, index_t x) { return static_cast<std::size_t>(axis == 0 ? z : axis == 1 ? y : x); };

    std::vector<double> share(static_cast<std::size_t>(s[axis])); // first the voxels of each slice, then what one of them counts
    for (index_t z = 0; z < s[0]; ++z)
        for (index_t y = 0; y < s[1]; ++y)
            for (index_t x = 0; x < s[2]; ++x) share[slice_of(z, y, x)] += weight_at(z, y, x);
    auto const slices = static_cast<double>(std::count_if(share.begin(), share.end(), [](double voxels) { return voxels > 0; }));
    for (double& n : share) n = n > 0 ? 1 / (n * slices) : 0;
    return weighted_sum(std::move(similarity), s,
        [&](index_t z, index_t y, index_t x) { return weight_at(z, y, x) * share[slice_of(z, y, x)]; });
}

} // namespace tessera
