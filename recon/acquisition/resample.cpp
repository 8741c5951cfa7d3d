#include "recon/acquisition/resample.h"

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

/// Row i holds the weights of linear interpolation at sample i of `to`, which spans `share` of the field of view of `from`.
std::vector<real> tent_weights(index_t from, index_t to, double share) {
    std::vector<real> weights(static_cast<std::size_t>(from * to));
    double const step = share * static_cast<double>(from) / static_cast<double>(to), width = std::max(step, 1.0);
    for (index_t i = 0; i < to; ++i) {
        double const at = static_cast<double>(i - to / 2) * step + static_cast<double>(from / 2);
        auto const first = static_cast<index_t>(std::floor(at - width)), last = static_cast<index_t>(std::ceil(at + width));
        auto const tent = [&](index_t j) { return std::max(0.0, 1 - std::abs(static_cast<double>(j) - at) / width); };
        double sum = 0;
        for (index_t j = first; j <= last; ++j) sum += tent(j);
        for (index_t j = std::max<index_t>(first, 0); j <= std::min(last, from - 1); ++j)
            weights[i * from + j] = static_cast<real>(tent(j) / sum);
    }
    return weights;
}

/// [outer, from, inner] -> [outer, to, inner]; weights are [to, from].
Tensor<complex> along_axis(Tensor<complex> const& volume, index_t to, std::vector<real> const& weights) {
    auto const in = volume.view<3>();
    index_t const from = in.shape[1], inner = in.shape[2];
    auto const result = Tensor<complex>::zeros(volume.context(), {in.shape[0], to, inner});
    auto const out = result.view<3>();
#pragma omp parallel for collapse(2)
    for (index_t o = 0; o < in.shape[0]; ++o)
        for (index_t i = 0; i < to; ++i)
            for (index_t j = 0; j < from; ++j) {
                real const w = weights[i * from + j];
                if (w == 0) continue;
                complex const* const source = &in(o, j, 0);
                complex* const sum = &out(o, i, 0);
                for (index_t n = 0; n < inner; ++n) sum[n] += w * source[n];
            }
    return result;
}

/// Applies weights(dimension) to the dimensions in turn, the one with the longest inner loops first.
template <class Weights> Tensor<complex> resampled(Tensor<complex> const& volume, Matrix const& to, Weights const& weights) {
    Shape const from = volume.shape();
    auto const z = along_axis(volume.reshape({1, from[0], from[1] * from[2]}), to[0], weights(0));
    auto const y = along_axis(z.reshape({to[0], from[1], from[2]}), to[1], weights(1));
    return along_axis(y.reshape({to[0] * to[1], from[2], 1}), to[2], weights(2)).reshape({to[0], to[1], to[2]});
}

} // namespace

Tensor<complex> band_limited(Tensor<complex> const& volume, Matrix matrix) {
    Shape const shape = volume.shape();
    require(shape.rank() == 3, "resample: shape {}, expected [z, y, x]", shape.str());
    for (int d = 0; d < 3; ++d)
        require(matrix[d] >= 1 && matrix[d] <= shape[d], "resample: {} voxels from {} along dimension {}", matrix[d], shape[d], d);
    return resampled(volume, matrix, [&](int d) { return sinc_weights(shape[d], matrix[d]); });
}

Tensor<complex> interpolated(Tensor<complex> const& volume, PerAxis const& from_mm, Matrix matrix, PerAxis const& to_mm) {
    Shape const shape = volume.shape();
    require(shape.rank() == 3, "resample: shape {}, expected [z, y, x]", shape.str());
    for (int d = 0; d < 3; ++d)
        require(from_mm[d] > 0 && to_mm[d] > 0, "resample: fields of view of {} and {} mm along dimension {}", from_mm[d], to_mm[d], d);
    return resampled(volume, matrix, [&](int d) { return tent_weights(shape[d], matrix[d], to_mm[d] / from_mm[d]); });
}

} // namespace tessera
