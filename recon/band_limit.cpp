#include "recon/band_limit.h"

#include <numbers>

namespace tessera {
namespace {

/// Row i holds the weights with which `from` samples make up sample i of `to`: a periodic sinc.
std::vector<real> sinc_weights(index_t from, index_t to) {
    std::vector<real> weights;
    for (index_t i = 0; i < to; ++i)
        for (index_t j = 0; j < from; ++j) {
            // distance in fields of view, as an exact fraction
            index_t const difference = (i - to / 2) * from - (j - from / 2) * to;
            double const d = std::numbers::pi * static_cast<double>(difference) / static_cast<double>(from * to);
            double weight = static_cast<double>(to);
            if (difference % (from * to) != 0) weight = std::sin(static_cast<double>(to) * d) / (to % 2 ? std::sin(d) : std::tan(d));
            weights.push_back(static_cast<real>(weight / static_cast<double>(from)));
        }
    return weights;
}

/// [outer, from, inner] -> [outer, to, inner]
Tensor<complex> along_axis(Tensor<complex> const& volume, index_t to) {
    auto const in = volume.view<3>();
    index_t const from = in.shape[1], inner = in.shape[2];
    auto const weights = sinc_weights(from, to);
    auto const result = Tensor<complex>::zeros(volume.context(), {in.shape[0], to, inner});
    auto const out = result.view<3>();
#pragma omp parallel for collapse(2)
    for (index_t o = 0; o < in.shape[0]; ++o)
        for (index_t i = 0; i < to; ++i)
            for (index_t j = 0; j < from; ++j) {
                real const w = weights[i * from + j];
                complex const* const source = &in(o, j, 0);
                complex* const sum = &out(o, i, 0);
                for (index_t n = 0; n < inner; ++n) sum[n] += w * source[n];
            }
    return result;
}

} // namespace

Tensor<complex> band_limited(Tensor<complex> const& volume, Matrix matrix) {
    Shape const shape = volume.shape();
    require(shape.rank() == 3, "band limit: shape {}, expected [z, y, x]", shape.str());
    for (int d = 0; d < 3; ++d)
        require(matrix[d] >= 1 && matrix[d] <= shape[d], "band limit: {} voxels from {} along dimension {}", matrix[d], shape[d], d);
    auto const z = along_axis(volume.reshape({1, shape[0], shape[1] * shape[2]}), matrix[0]);
    auto const y = along_axis(z.reshape({matrix[0], shape[1], shape[2]}), matrix[1]);
    auto const x = along_axis(y.reshape({matrix[0] * matrix[1], shape[2], 1}), matrix[2]);
    return x.reshape({matrix[0], matrix[1], matrix[2]});
}

} // namespace tessera
