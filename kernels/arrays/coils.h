// Between one image and the images that its receive coils see.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// coils = maps image.
struct ExpandCoils {
    View<complex const, 1> image; ///< [n]
    View<complex const, 2> maps;  ///< [coil, n]
    View<complex, 2> coils;       ///< [coil, n]

    Work work() const { return moved((image.size() + 2 * coils.size()) * static_cast<index_t>(sizeof(complex))); }
};

/// image = sum over coils of conj(maps) coils, added to what is there when `accumulate`.
struct CombineCoils {
    View<complex const, 2> coils;
    View<complex const, 2> maps;
    View<complex, 1> image;
    bool accumulate = false;

    Work work() const { return moved((2 * image.size() + 2 * coils.size()) * static_cast<index_t>(sizeof(complex))); }
};

/// Maps as cubic B-splines: coefficients [coil, cz, cy, cx], of which voxel i of n along an axis reads four around i (c - 3) / (n - 1).
///
/// Source: Unser 1999, doi:10.1109/79.799930.
struct SplineMaps {
    View<complex const, 4> coefficients;
    index_t voxels[3]; ///< z, y, x

    /// The number of intervals between coefficients along an axis, and where voxel i lies: interval and weights of its four coefficients.
    TESSERA_HD static index_t taps(index_t i, index_t n, index_t count, real (&weights)[4]) {
        index_t const intervals = count - 3;
        double const t = n > 1 ? static_cast<double>(i * intervals) / static_cast<double>(n - 1) : 0.0;
        index_t const first = static_cast<index_t>(t) < intervals ? static_cast<index_t>(t) : intervals - 1;
        cubic(t - static_cast<double>(first), weights);
        return first;
    }
    /// The weights of four coefficients at fraction f in [0, 1] between the middle two.
    template <class T> TESSERA_HD static void cubic(T f, real (&weights)[4]) {
        T const g = 1 - f, sixth = T(1) / 6;
        weights[0] = static_cast<real>(g * g * g * sixth);
        weights[1] = static_cast<real>(4 * sixth - f * f * (2 - f) / 2);
        weights[2] = static_cast<real>(4 * sixth - g * g * (2 - g) / 2);
        weights[3] = static_cast<real>(f * f * f * sixth);
    }
    /// The map of coil c at voxel i of [z, y, x].
    TESSERA_HD complex operator()(index_t c, index_t i) const {
        real w[3][4];
        index_t const first[3] = {taps(i / voxels[2] / voxels[1], voxels[0], coefficients.shape[1], w[0]),
            taps(i / voxels[2] % voxels[1], voxels[1], coefficients.shape[2], w[1]),
            taps(i % voxels[2], voxels[2], coefficients.shape[3], w[2])};
        return sum(c, first, w);
    }
    /// Of the coefficients from `first` on, weighted.
    TESSERA_HD complex sum(index_t c, index_t const (&first)[3], real const (&w)[3][4]) const {
        complex total{};
        for (int a = 0; a < 4; ++a)
            for (int b = 0; b < 4; ++b)
                for (int d = 0; d < 4; ++d)
                    total += (w[0][a] * w[1][b] * w[2][d]) * coefficients(c, first[0] + a, first[1] + b, first[2] + d);
        return total;
    }
};

/// coils = maps image, for maps of coils [first, first + coils.shape[0]).
struct ExpandSpline {
    View<complex const, 1> image;
    SplineMaps maps;
    index_t first;
    View<complex, 2> coils;
};

/// image = sum over these coils of conj(maps) coils, added to what is there when `accumulate`.
struct CombineSpline {
    View<complex const, 2> coils;
    SplineMaps maps;
    index_t first;
    View<complex, 1> image;
    bool accumulate = false;
};

/// sum[i] += sum over coils of |coils|^2.
struct AddSquares {
    View<complex const, 2> coils; ///< [coil, n]
    View<real, 1> sum;            ///< [n]
};

/// coils[., i] /= sqrt(sum[i]); zero where sum is zero.
struct DivideByRoot {
    View<real const, 1> sum;
    View<complex, 2> coils;
};

} // namespace tessera
