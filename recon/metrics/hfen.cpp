#include "recon/metrics/checks.h"

#include <array>

namespace tessera {

using namespace metrics;

namespace {

constexpr double kSigma = 1.5;
constexpr index_t kRadius = 7, kTaps = 2 * kRadius + 1;

struct Kernels {
    std::array<double, kTaps> gaussian{}, second{}; ///< `second`: second derivative; its sum is zero
};

Kernels make_kernels() {
    Kernels k;
    double total = 0, sum = 0;
    for (std::size_t i = 0; i < kTaps; ++i) total += k.gaussian[i] = std::exp(-square(double(i) - kRadius) / (2 * square(kSigma)));
    for (std::size_t i = 0; i < kTaps; ++i) {
        k.gaussian[i] /= total;
        sum += k.second[i] = (square((double(i) - kRadius) / kSigma) - 1) / square(kSigma) * k.gaussian[i];
    }
    k.second[kRadius] -= sum; // cut off at 7 voxels it would answer to a constant
    return k;
}

/// The index inside [0, n) that continues a line by reflection, however short it is.
index_t reflect(index_t i, index_t n) {
    index_t const k = ((i % (2 * n)) + 2 * n) % (2 * n);
    return k < n ? k : 2 * n - 1 - k;
}

// The energy of LoG(value) within the mask, slice by slice; only the slices that the filter reaches are kept.
// LoG = G'' G G + G G'' G + G G G'', so two volumes go through z: `smooth` = G_y G_x and `curved` = G''_y G_x + G_y G''_x.
template <class Value> class LaplacianOfGaussian {
public:
    LaplacianOfGaussian(Shape const& shape, Value value)
        : value_(std::move(value)), nz_(shape[0]), ny_(shape[1]), nx_(shape[2]), smooth_x_(slice_size()), curved_x_(slice_size()) {
        for (auto* ring : {&smooth_, &curved_})
            ring->assign(static_cast<std::size_t>(std::min(kTaps, nz_)), std::vector<double>(slice_size()));
    }

    double energy(real const* mask) {
        std::vector<double> sums(static_cast<std::size_t>(nz_ * ny_)); // of rows, added in order below
        index_t ready = 0;
        for (index_t z = 0; z < nz_; ++z) {
            for (; ready < std::min(nz_, z + kRadius + 1); ++ready) filter_slice(ready);
#pragma omp parallel
            {
                std::vector<double> row(static_cast<std::size_t>(nx_));
#pragma omp for schedule(static)
                for (index_t y = 0; y < ny_; ++y) {
                    std::fill(row.begin(), row.end(), 0.0);
                    for (index_t k = 0; k < kTaps; ++k) {
                        index_t const slice = reflect(z + k - kRadius, nz_) % kTaps;
                        add(kernels_.second[static_cast<std::size_t>(k)], line(smooth_[static_cast<std::size_t>(slice)], y), row.data());
                        add(kernels_.gaussian[static_cast<std::size_t>(k)], line(curved_[static_cast<std::size_t>(slice)], y), row.data());
                    }
                    double s = 0;
                    for (index_t x = 0; x < nx_; ++x) s += weight(mask, (z * ny_ + y) * nx_ + x) * square(row[static_cast<std::size_t>(x)]);
                    sums[static_cast<std::size_t>(z * ny_ + y)] = s;
                }
            }
        }
        double total = 0;
        for (double const s : sums) total += s;
        return total;
    }

private:
    std::size_t slice_size() const { return static_cast<std::size_t>(ny_ * nx_); }
    double* line(std::vector<double>& slice, index_t y) const { return slice.data() + y * nx_; }
    void add(double w, double const* in, double* out) const {
        for (index_t x = 0; x < nx_; ++x) out[x] += w * in[x];
    }

    void filter_slice(index_t z) {
        auto& smooth = smooth_[static_cast<std::size_t>(z % kTaps)];
        auto& curved = curved_[static_cast<std::size_t>(z % kTaps)];
#pragma omp parallel
        {
            std::vector<double> padded(static_cast<std::size_t>(nx_ + 2 * kRadius));
#pragma omp for schedule(static)
            for (index_t y = 0; y < ny_; ++y) {
                for (index_t x = -kRadius; x < nx_ + kRadius; ++x)
                    padded[static_cast<std::size_t>(x + kRadius)] = value_((z * ny_ + y) * nx_ + reflect(x, nx_));
                std::fill_n(line(smooth_x_, y), nx_, 0.0);
                std::fill_n(line(curved_x_, y), nx_, 0.0);
                for (index_t k = 0; k < kTaps; ++k) {
                    add(kernels_.gaussian[static_cast<std::size_t>(k)], padded.data() + k, line(smooth_x_, y));
                    add(kernels_.second[static_cast<std::size_t>(k)], padded.data() + k, line(curved_x_, y));
                }
            }
#pragma omp for schedule(static)
            for (index_t y = 0; y < ny_; ++y) {
                std::fill_n(line(smooth, y), nx_, 0.0);
                std::fill_n(line(curved, y), nx_, 0.0);
                for (index_t k = 0; k < kTaps; ++k) {
                    index_t const from = reflect(y + k - kRadius, ny_);
                    double const g = kernels_.gaussian[static_cast<std::size_t>(k)];
                    add(g, line(smooth_x_, from), line(smooth, y));
                    add(g, line(curved_x_, from), line(curved, y));
                    add(kernels_.second[static_cast<std::size_t>(k)], line(smooth_x_, from), line(curved, y));
                }
            }
        }
    }

    Value value_; ///< of a flat index
    index_t nz_, ny_, nx_;
    Kernels const kernels_ = make_kernels();
    std::vector<double> smooth_x_, curved_x_;          ///< one slice, filtered along x
    std::vector<std::vector<double>> smooth_, curved_; ///< slice z is at z % kTaps
};

template <class Value> double energy(Shape const& shape, Mask const& mask, Value value) {
    return LaplacianOfGaussian<Value>(shape, std::move(value)).energy(data(mask));
}

} // namespace

double hfen(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("hfen", image, reference, mask);
    require(image.shape().rank() == 3, "hfen: expected volumes [z, y, x], found shape {}", image.shape().str());
    maximum("hfen", reference, mask);
    real const *const x = image.host().data(), *const r = reference.host().data();
    double const edges = energy(image.shape(), mask, [r](index_t i) { return double(r[i]); });
    double const norm = sum(reference.size(), [r](index_t i) { return square(r[i]); });
    require(edges > 1e-24 * norm, "hfen: the reference has no edges"); // a constant leaves rounding errors
    return std::sqrt(energy(image.shape(), mask, [x, r](index_t i) { return double(x[i]) - double(r[i]); }) / edges);
}

} // namespace tessera
