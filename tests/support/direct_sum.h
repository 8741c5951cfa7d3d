// The non-uniform Fourier transform by its definition, in double.
#pragma once

#include "core/arrays/shape.h"
#include "kernels/types.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace tessera::test {

/// y_j = 1/sqrt(prod N) sum_r x_r exp(-i 2 pi k_j.r/N) for one coil; the conjugate transpose when `adjoint`.
inline std::vector<complex> direct_nufft(std::vector<complex> const& input, std::vector<real> const& trajectory, Matrix const& n,
    bool adjoint) {
    std::size_t const points = trajectory.size() / 3, voxels = static_cast<std::size_t>(n[0] * n[1] * n[2]);
    double const scale = 1 / std::sqrt(static_cast<double>(voxels));
    std::vector<Complex<double>> sum(adjoint ? voxels : points);
    for (std::size_t j = 0; j < points; ++j)
        for (std::size_t v = 0; v < voxels; ++v) {
            auto const i = static_cast<index_t>(v);
            index_t const r[3] = {i % n[2] - n[2] / 2, i / n[2] % n[1] - n[1] / 2, i / n[2] / n[1] - n[0] / 2};
            double phase = 0;
            for (int d = 0; d < 3; ++d)
                if (n[2 - d] > 1)
                    phase += static_cast<double>(trajectory[3 * j + d]) * static_cast<double>(r[d]) / static_cast<double>(n[2 - d]);
            phase *= -2 * std::numbers::pi;
            Complex<double> const e{std::cos(phase), adjoint ? -std::sin(phase) : std::sin(phase)};
            auto const in = input[adjoint ? j : v];
            sum[adjoint ? v : j] += scale * (e * Complex<double>{in.re, in.im});
        }
    std::vector<complex> result;
    for (auto const& s : sum) result.push_back({static_cast<real>(s.re), static_cast<real>(s.im)});
    return result;
}

} // namespace tessera::test
