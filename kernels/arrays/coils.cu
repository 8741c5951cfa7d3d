#include "kernels/arrays/coils.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, ExpandCoils const& k) {
    auto const image = k.image;
    auto const maps = k.maps;
    auto const coils = k.coils;
    index_t const n = image.shape[0];
    for_each(stream, coils.size(), TESSERA_LAMBDA(index_t i) { coils[i] = maps[i] * image[i % n]; });
}

template <> void execute<kDevice>(Stream stream, CombineCoils const& k) {
    auto const kernel = k;
    for_each(stream, k.image.size(), TESSERA_LAMBDA(index_t i) {
        complex sum = kernel.accumulate ? kernel.image[i] : complex{};
        for (index_t c = 0; c < kernel.coils.shape[0]; ++c) sum += conj(kernel.maps(c, i)) * kernel.coils(c, i);
        kernel.image[i] = sum;
    });
}

template <> void execute<kDevice>(Stream stream, ExpandSpline const& k) {
    auto const kernel = k;
    index_t const n = k.image.shape[0];
    for_each(stream, k.coils.size(),
        TESSERA_LAMBDA(index_t i) { kernel.coils[i] = kernel.maps(kernel.first + i / n, i % n) * kernel.image[i % n]; });
}

template <> void execute<kDevice>(Stream stream, CombineSpline const& k) {
    auto const kernel = k;
    for_each(stream, k.image.size(), TESSERA_LAMBDA(index_t i) {
        complex sum = kernel.accumulate ? kernel.image[i] : complex{};
        for (index_t c = 0; c < kernel.coils.shape[0]; ++c) sum += conj(kernel.maps(kernel.first + c, i)) * kernel.coils(c, i);
        kernel.image[i] = sum;
    });
}

template <> void execute<kDevice>(Stream stream, AddSquares const& k) {
    auto const coils = k.coils;
    auto const sum = k.sum;
    for_each(stream, sum.size(), TESSERA_LAMBDA(index_t i) {
        real s = sum[i];
        for (index_t c = 0; c < coils.shape[0]; ++c) s += norm2(coils(c, i));
        sum[i] = s;
    });
}

template <> void execute<kDevice>(Stream stream, DivideByRoot const& k) {
    auto const coils = k.coils;
    auto const sum = k.sum;
    for_each(stream, sum.size(), TESSERA_LAMBDA(index_t i) {
        real const scale = sum[i] > 0 ? 1 / std::sqrt(sum[i]) : real(0);
        for (index_t c = 0; c < coils.shape[0]; ++c) coils(c, i) = scale * coils(c, i);
    });
}

template <> void execute<kDevice>(Stream stream, ScaleGrid const& k) {
    auto const w = k.w;
    auto const grid = k.grid;
    index_t const coils = grid.shape[1];
    for_each(stream, grid.size(), TESSERA_LAMBDA(index_t i) { grid[i] = w[i / coils] * grid[i]; });
}

template <> void execute<kDevice>(Stream stream, ApplyAlongAxis const& k) {
    auto const kernel = k;
    for_each(stream, k.out.size(), TESSERA_LAMBDA(index_t n) {
        index_t const i = n % kernel.out.shape[2], r = n / kernel.out.shape[2] % kernel.out.shape[1];
        index_t const o = n / kernel.out.shape[2] / kernel.out.shape[1];
        complex sum{};
        for (index_t j = 0; j < kernel.matrix.shape[1]; ++j) sum += kernel.matrix(r, j) * kernel.in(o, j, i);
        kernel.out[n] = sum;
    });
}

} // namespace tessera
