// Runtime kernel width and coil count to compile-time constants.
#pragma once

#include "kernels/gridding/gridding.h"

#include <stdexcept>
#include <utility>

namespace tessera {

/// Calls f with std::integral_constant<int, width>, width in [3, kMaxKernelWidth].
template <int Width = 3, class F> void with_kernel_width(int width, F&& f) {
    if constexpr (Width > kMaxKernelWidth)
        throw std::logic_error("gridding: kernel width out of range");
    else if (width == Width)
        f(std::integral_constant<int, Width>{});
    else
        with_kernel_width<Width + 1>(width, std::forward<F>(f));
}

/// Cell i >= 0 of a periodic axis of n cells; a footprint wraps once, or a few times on a tiny grid.
TESSERA_HD int wrapped(int i, int n) {
    while (i >= n) i -= n;
    return i;
}

/// The weight of cell j of those that the kernel covers along one axis; `f` is the fraction in [0, 1).
template <int Width> TESSERA_HD real kernel_weight(KernelTable const& table, real f, int j) {
    real const u = 2 * f - 1;
    real w = table.data[(Width + 2) * Width + j];
    for (int p = Width + 1; p >= 0; --p) w = w * u + table.data[p * Width + j];
    return w;
}

/// Evaluates the weights of all cells that the kernel covers along one axis; `f` is the fraction in [0, 1).
template <int Width> TESSERA_HD void kernel_weights(KernelTable const& table, real f, real (&weights)[Width]) {
    real const u = 2 * f - 1;
    real const* const c = table.data;
    constexpr int kDegree = Width + 2;
    for (int j = 0; j < Width; ++j) weights[j] = c[kDegree * Width + j];
    for (int p = kDegree - 1; p >= 0; --p)
        for (int j = 0; j < Width; ++j) weights[j] = weights[j] * u + c[p * Width + j];
}

} // namespace tessera
