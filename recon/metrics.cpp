#include "recon/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tessera {
namespace {

// Sums term(i) over [0, n): in parallel, and always in the same order.
template <class F> auto sum(index_t n, F const& term) {
    using Sum = decltype(term(index_t{0}));
    constexpr index_t kChunk = 1 << 16;
    std::vector<Sum> partial(static_cast<std::size_t>((n + kChunk - 1) / kChunk));
    auto const chunks = static_cast<index_t>(partial.size());
#pragma omp parallel for schedule(static) if (chunks > 1)
    for (index_t c = 0; c < chunks; ++c) {
        Sum s{};
        for (index_t i = c * kChunk; i < std::min(n, (c + 1) * kChunk); ++i) s += term(i);
        partial[static_cast<std::size_t>(c)] = s;
    }
    Sum total{};
    for (Sum const& s : partial) total += s;
    return total;
}

double square(double x) { return x * x; }
bool finite(real x) { return std::isfinite(x); }
bool finite(complex x) { return std::isfinite(x.re) && std::isfinite(x.im); }

template <class T> void check_finite(char const* metric, char const* what, Tensor<T> const& values) {
    auto const all = values.host();
    auto const bad = std::find_if(all.begin(), all.end(), [](T x) { return !finite(x); });
    require(bad == all.end(), "{}: the {} of shape {} is not finite at element {}", metric, what, values.shape().str(), bad - all.begin());
}

template <class T> void check(char const* metric, Tensor<T> const& image, Tensor<T> const& reference, Mask const& mask) {
    require(image.shape() == reference.shape(), "{}: an image of shape {}, a reference of shape {}", metric, image.shape().str(),
        reference.shape().str());
    require(image.size() > 0, "{}: the image of shape {} is empty", metric, image.shape().str());
    check_finite(metric, "image", image);
    check_finite(metric, "reference", reference);
    if (!mask) return;
    require(mask->shape() == image.shape(), "{}: a mask of shape {} for an image of shape {}", metric, mask->shape().str(),
        image.shape().str());
    auto const m = mask->host();
    require(std::any_of(m.begin(), m.end(), [](real x) { return x != 0; }), "{}: the mask is empty", metric);
}

real const* data(Mask const& mask) { return mask ? mask->host().data() : nullptr; }
double weight(real const* mask, index_t i) { return !mask || mask[i] != 0 ? 1.0 : 0.0; }

double maximum(char const* metric, Tensor<real> const& reference, Mask const& mask) {
    auto const r = reference.host();
    real const* const m = data(mask);
    double largest = 0;
    for (std::size_t i = 0; i < r.size(); ++i) largest = std::max(largest, weight(m, static_cast<index_t>(i)) * double(r[i]));
    require(largest > 0, "{}: the reference is zero", metric);
    return largest;
}

double squared_error(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    real const *const x = image.host().data(), *const r = reference.host().data(), *const m = data(mask);
    return sum(image.size(), [&](index_t i) { return weight(m, i) * square(double(x[i]) - r[i]); });
}

// A Gaussian along one dimension of n voxels, renormalised at its ends.
class Window {
public:
    static constexpr index_t kRadius = 5;

    explicit Window(index_t n) : scale_(static_cast<std::size_t>(n)) {
        for (index_t k = -kRadius; k <= kRadius; ++k) weight_[k + kRadius] = std::exp(-double(k * k) / (2 * 1.5 * 1.5));
        for (index_t i = 0; i < n; ++i) {
            double total = 0;
            for (index_t j = first(i); j <= last(i); ++j) total += weight_[j - i + kRadius];
            scale_[static_cast<std::size_t>(i)] = 1 / total;
        }
    }
    index_t size() const { return static_cast<index_t>(scale_.size()); }
    index_t first(index_t i) const { return std::max<index_t>(0, i - kRadius); }
    index_t last(index_t i) const { return std::min(size() - 1, i + kRadius); }
    /// Weight of voxel j in the window around voxel i.
    double operator()(index_t i, index_t j) const { return weight_[j - i + kRadius] * scale_[static_cast<std::size_t>(i)]; }

private:
    double weight_[2 * kRadius + 1];
    std::vector<double> scale_;
};

// Walks through the volume slice by slice and keeps only the slices that a window reaches.
class Ssim {
public:
    Ssim(Tensor<real> const& image, Tensor<real> const& reference, double range)
        : image_(image.view<3>()), reference_(reference.view<3>()), z_(image_.shape[0]), y_(image_.shape[1]), x_(image_.shape[2]),
          c1_(square(0.01 * range)), c2_(square(0.03 * range)), along_x_(slice_size()),
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
                for (index_t k = 0; k < kMoments; ++k)
                    filter_row(moments.data() + k * n, along_x_.data() + (y * kMoments + k) * n);
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

} // namespace

Tensor<real> magnitude(Tensor<complex> const& image) {
    Context const host(Device::cpu);
    auto const x = image.to(host);
    Tensor<real> result(host, image.shape());
    View<complex, 1> const in = x.flat();
    View<real, 1> const out = result.flat();
#pragma omp parallel for schedule(static)
    for (index_t i = 0; i < out.size(); ++i) out[i] = abs(in[i]);
    return result;
}

double fit_scale(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("fit_scale", image, reference, mask);
    real const *const x = image.host().data(), *const r = reference.host().data(), *const m = data(mask);
    double const norm = sum(image.size(), [&](index_t i) { return weight(m, i) * square(x[i]); });
    require(norm > 0, "fit_scale: the image is zero");
    return sum(image.size(), [&](index_t i) { return weight(m, i) * double(x[i]) * double(r[i]); }) / norm;
}

Complex<double> fit_scale(Tensor<complex> const& image, Tensor<complex> const& reference, Mask const& mask) {
    check("fit_scale", image, reference, mask);
    complex const *const x = image.host().data(), *const r = reference.host().data();
    real const* const m = data(mask);
    auto const wide = [](complex a) { return Complex<double>{a.re, a.im}; };
    double const norm = sum(image.size(), [&](index_t i) { return weight(m, i) * norm2(wide(x[i])); });
    require(norm > 0, "fit_scale: the image is zero");
    return 1 / norm * sum(image.size(), [&](index_t i) { return weight(m, i) * (conj(wide(x[i])) * wide(r[i])); });
}

double nrmse(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("nrmse", image, reference, mask);
    real const *const r = reference.host().data(), *const m = data(mask);
    double const norm = sum(reference.size(), [&](index_t i) { return weight(m, i) * square(r[i]); });
    require(norm > 0, "nrmse: the reference is zero");
    return std::sqrt(squared_error(image, reference, mask) / norm);
}

double psnr(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("psnr", image, reference, mask);
    double const peak = maximum("psnr", reference, mask);
    real const* const m = data(mask);
    double const count = sum(image.size(), [&](index_t i) { return weight(m, i); });
    double const error = squared_error(image, reference, mask) / count;
    return error > 0 ? 10 * std::log10(peak * peak / error) : std::numeric_limits<double>::infinity();
}

double ssim(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("ssim", image, reference, mask);
    Ssim similarity(image, reference, maximum("ssim", reference, mask));
    real const* const m = data(mask);
    index_t const ny = image.shape()[1], nx = image.shape()[2];
    std::vector<double> sums(static_cast<std::size_t>(image.size() / nx)); // of rows, added in order below
    similarity.for_each_row([&](index_t z, index_t y, double const* row) {
        index_t const line = z * ny + y;
        double s = 0;
        for (index_t i = 0; i < nx; ++i) s += weight(m, line * nx + i) * row[i];
        sums[static_cast<std::size_t>(line)] = s;
    });
    double total = 0;
    for (double const s : sums) total += s;
    return total / sum(image.size(), [&](index_t i) { return weight(m, i); });
}

} // namespace tessera
