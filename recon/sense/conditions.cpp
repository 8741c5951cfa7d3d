#include "recon/sense/conditions.h"

#include "core/arrays/vector_ops.h"

#include <algorithm>
#include <cmath>

namespace tessera {

double noise_of_sample(std::optional<double> known, Tensor<complex> const& kspace, Tensor<real> const& trajectory) {
    if (known) return *known;
    if (kspace.context().rehearses()) return 1;
    auto const k = trajectory.to_host();
    std::size_t const points = k.size() / 3;
    std::vector<double> radius(points);
    for (std::size_t i = 0; i < points; ++i) radius[i] = std::hypot(double(k[3 * i]), double(k[3 * i + 1]), double(k[3 * i + 2]));
    auto const quantile = [](std::vector<double> values, double share) {
        auto const at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    double const outer = quantile(radius, 0.9);
    double variance = 0;
    index_t const coils = kspace.shape()[0];
    for (index_t c = 0; c < coils; ++c) {
        auto const samples = kspace[c].to_host();
        std::vector<double> sizes;
        for (std::size_t i = 0; i < points; ++i)
            if (radius[i] >= outer) sizes.push_back(std::hypot(double(samples[i].re), double(samples[i].im)));
        double const weak = quantile(std::move(sizes), 0.25); // of |n|, whose square is exponentially distributed
        variance += weak * weak / -std::log(0.75) / static_cast<double>(coils);
    }
    return std::sqrt(variance);
}

ScanConditions scan_conditions(LinearOperator const& normal, Tensor<complex> const& b, Tensor<real> const& weights, double noise_of_sample,
    double scale) {
    Tensor<complex> const difference(b.context(), b.shape());
    normal.normal(b, difference);
    axpby(1, b, -1, difference);
    double squares = 0;
    for (real const w : weights.to_host()) squares += double(w) * double(w);
    double const voxels = static_cast<double>(b.size());
    return {.noise = noise_of_sample * std::sqrt(squares / voxels) / scale, .inconsistency = norm(difference) / std::sqrt(voxels)};
}

} // namespace tessera
