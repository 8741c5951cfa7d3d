#include "tools/bench/coil_images.h"

#include "recon/scan/coil_maps.h"

#include <cmath>

namespace tessera {
namespace {

/// Bumps with a phase of their own, within `radius` of the volume's centre.
Tensor<complex> bumps(Context const& context, Matrix const& n, index_t coils, double radius) {
    std::vector<complex> values;
    for (index_t c = 0; c < coils; ++c) {
        double const turn = 2.4 * static_cast<double>(c), height = -0.4 + 0.8 * static_cast<double>(c) / static_cast<double>(coils);
        for (index_t i = 0; i < n[0] * n[1] * n[2]; ++i) {
            double const z = double(i / n[2] / n[1]) / double(n[0]) - 0.5, y = double(i / n[2] % n[1]) / double(n[1]) - 0.5,
                         x = double(i % n[2]) / double(n[2]) - 0.5;
            double const far = std::pow(x - 0.6 * std::cos(turn), 2) + std::pow(y - 0.6 * std::sin(turn), 2) + std::pow(z - height, 2);
            double const v = x * x + y * y + z * z < radius * radius ? std::exp(-2 * far) : 0;
            values.push_back({static_cast<real>(v * std::cos(x + turn)), static_cast<real>(v * std::sin(x + turn))});
        }
    }
    return Tensor<complex>::from(context, {coils, n[0], n[1], n[2]}, values);
}

} // namespace

Tensor<complex> coil_maps(Context const& context, Matrix const& matrix, index_t coils) {
    auto const maps = bumps(context, matrix, coils, 1);
    normalise_maps(maps);
    return maps;
}

Tensor<complex> coil_images(Context const& context, Matrix const& matrix, index_t coils) { return bumps(context, matrix, coils, 0.4); }

} // namespace tessera
