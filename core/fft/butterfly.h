// Discrete Fourier transforms of a few registers.
#pragma once

#include "core/fft/lanes.h"

#include <cmath>
#include <numbers>

namespace tessera::lanes {

/// Calls f(0), f(1) ... f(N - 1) with numbers that the compiler knows.
template <int N, class F> [[gnu::always_inline]] inline void unrolled(F const& f) {
    [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) { (f(std::integral_constant<int, I>{}), ...); }
    (std::make_integer_sequence<int, N>{});
}

/// exp(-i 2 pi k / n), or its conjugate backward.
template <bool Forward, int N, int K> [[gnu::always_inline]] inline Lanes rotated(Lanes a) {
    constexpr int k = K % N;
    if constexpr (k == 0)
        return a;
    else if constexpr (4 * k == N)
        return Forward ? -times_i(a) : times_i(a);
    else if constexpr (2 * k == N)
        return -a;
    else {
        double const angle = 2 * std::numbers::pi * k / N;
        auto const re = static_cast<real>(std::cos(angle)), im = static_cast<real>(std::sin(angle));
        return a * all(re) + swapped(a) * (Forward ? alternating(im, -im, Reals{}) : alternating(-im, im, Reals{}));
    }
}

constexpr int first_factor(int n) { return n % 4 == 0 ? 4 : n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : n % 5 == 0 ? 5 : n; }

/// a = DFT(a), with exp(-i...) forward and exp(+i...) backward.
template <int R, bool Forward> [[gnu::always_inline]] inline void butterfly(Lanes (&a)[R]) {
    constexpr int r1 = first_factor(R), r2 = R / r1;
    if constexpr (R == 2) {
        Lanes const difference = a[0] - a[1];
        a[0] = a[0] + a[1];
        a[1] = difference;
    } else if constexpr (R == 4) {
        Lanes const s = a[0] + a[2], d = a[0] - a[2], t = a[1] + a[3], u = a[1] - a[3];
        a[0] = s + t;
        a[2] = s - t;
        a[1] = Forward ? d - times_i(u) : d + times_i(u);
        a[3] = Forward ? d + times_i(u) : d - times_i(u);
    } else if constexpr (r2 == 1) { // odd prime: even and odd parts
        constexpr int h = R / 2;
        Lanes even[h + 1], odd[h + 1];
        unrolled<h>([&](auto i) __attribute__((always_inline)) {
            constexpr int j = i() + 1;
            even[j] = a[j] + a[R - j];
            odd[j] = a[j] - a[R - j];
        });
        Lanes const first = a[0];
        unrolled<h>([&](auto i) __attribute__((always_inline)) { a[0] = a[0] + even[i() + 1]; });
        unrolled<h>([&](auto i) __attribute__((always_inline)) {
            constexpr int k = i() + 1;
            Lanes c = first, s{};
            unrolled<h>([&](auto l) __attribute__((always_inline)) {
                constexpr int j = l() + 1;
                double const angle = 2 * std::numbers::pi * (j * k % R) / R;
                c = c + even[j] * all(static_cast<real>(std::cos(angle)));
                s = s + odd[j] * all(static_cast<real>(std::sin(angle)));
            });
            a[k] = Forward ? c - times_i(s) : c + times_i(s);
            a[R - k] = Forward ? c + times_i(s) : c - times_i(s);
        });
    } else { // n = r2 n1 + n2, k = k1 + r1 k2
        Lanes inner[r2][r1];
        unrolled<r2>([&](auto n2) __attribute__((always_inline)) {
            unrolled<r1>([&](auto n1) __attribute__((always_inline)) { inner[n2()][n1()] = a[r2 * n1() + n2()]; });
            butterfly<r1, Forward>(inner[n2()]);
        });
        unrolled<r1>([&](auto k1) __attribute__((always_inline)) {
            Lanes outer[r2];
            unrolled<r2>([&](auto n2)
                    __attribute__((always_inline)) { outer[n2()] = rotated<Forward, R, n2() * k1()>(inner[n2()][k1()]); });
            butterfly<r2, Forward>(outer);
            unrolled<r2>([&](auto k2) __attribute__((always_inline)) { a[k1() + r1 * k2()] = outer[k2()]; });
        });
    }
}

} // namespace tessera::lanes
