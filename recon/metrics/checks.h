// What the metrics share: checks, masks, and sums that do not depend on the number of threads.
#pragma once

#include "recon/metrics/metrics.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tessera::metrics {

/// Sums term(i) over [0, n): in parallel, and always in the same order.
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

inline double square(double x) { return x * x; }
inline bool finite(real x) { return std::isfinite(x); }
inline bool finite(complex x) { return std::isfinite(x.re) && std::isfinite(x.im); }

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

inline real const* data(Mask const& mask) { return mask ? mask->host().data() : nullptr; }
inline double weight(real const* mask, index_t i) { return !mask || mask[i] != 0 ? 1.0 : 0.0; }

/// The largest value of the reference within the mask. Throws Error where nothing is above zero.
inline double maximum(char const* metric, Tensor<real> const& reference, Mask const& mask) {
    auto const r = reference.host();
    real const* const m = data(mask);
    double largest = 0;
    for (std::size_t i = 0; i < r.size(); ++i) largest = std::max(largest, weight(m, static_cast<index_t>(i)) * double(r[i]));
    require(largest > 0, "{}: the reference is zero", metric);
    return largest;
}

} // namespace tessera::metrics
