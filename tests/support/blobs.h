// A smooth object to reconstruct: Gaussian blobs.
#pragma once

#include "core/arrays/tensor.h"

#include <array>
#include <cmath>
#include <vector>

namespace tessera::test {

struct Blob {
    std::array<double, 3> centre; ///< z, y, x in fields of view from the centre
    double sigma;                 ///< in fields of view
    double signal = 1;
};

/// Five blobs of either sign within the inner two thirds of the field of view.
inline std::vector<Blob> const kBlobs{{{0, 0, 0}, 0.12}, {{-0.1, 0.2, 0.1}, 0.06}, {{0.15, 0.1, -0.2}, 0.05, -0.7},
    {{0.1, -0.25, 0.05}, 0.05, 1.2}, {{-0.25, -0.1, -0.1}, 0.05}};

/// [1, z, y, x] in cpu memory of the context; 2D where matrix[0] is 1.
inline Tensor<complex> paint_blobs(Context const& context, Matrix const& m, std::vector<Blob> const& blobs = kBlobs) {
    Tensor<complex> volume(context, {1, m[0], m[1], m[2]});
    for (index_t i = 0; i < volume.size(); ++i) {
        index_t const r[3] = {i / m[2] / m[1], i / m[2] % m[1], i % m[2]};
        double value = 0;
        for (Blob const& blob : blobs) {
            double distance2 = 0;
            for (int d = m[0] == 1 ? 1 : 0; d < 3; ++d)
                distance2 += std::pow(static_cast<double>(r[d] - m[d] / 2) / static_cast<double>(m[d]) - blob.centre[d], 2);
            value += blob.signal * std::exp(-0.5 * distance2 / (blob.sigma * blob.sigma));
        }
        volume.data()[i] = {static_cast<real>(value), 0};
    }
    return volume;
}

} // namespace tessera::test
