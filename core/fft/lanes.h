// A cache line of complex numbers as one vector: the same element of several transforms side by side.
#pragma once

#include "kernels/types.h"

#include <utility>

namespace tessera {

/// How many sequences go side by side: the complex numbers in a cache line of 64 bytes, 8 in float, 4 in double.
inline constexpr index_t kAbreast = 64 / static_cast<index_t>(sizeof(complex));

/// kAbreast complex numbers, as in memory. A vector of GCC and clang: one register with AVX-512, two with AVX2.
typedef real Lanes __attribute__((vector_size(64), may_alias));

namespace lanes {

typedef real Unaligned __attribute__((vector_size(64), aligned(alignof(complex)), may_alias));
typedef real Half __attribute__((vector_size(32), may_alias));
using Reals = std::make_integer_sequence<int, static_cast<int>(2 * kAbreast)>;

[[gnu::always_inline]] inline Lanes load(complex const* p) { return *reinterpret_cast<Lanes const*>(p); }
[[gnu::always_inline]] inline void store(complex* p, Lanes v) { *reinterpret_cast<Lanes*>(p) = v; }
[[gnu::always_inline]] inline Lanes load_unaligned(complex const* p) { return *reinterpret_cast<Unaligned const*>(p); }
[[gnu::always_inline]] inline void store_unaligned(complex* p, Lanes v) { *reinterpret_cast<Unaligned*>(p) = v; }
[[gnu::always_inline]] inline Lanes all(real a) { return a - Lanes{}; }

template <int... I> [[gnu::always_inline]] inline Lanes swapped(Lanes a, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, a, (I ^ 1)...);
}
/// Real and imaginary parts change places.
[[gnu::always_inline]] inline Lanes swapped(Lanes a) { return swapped(a, Reals{}); }

template <int Part, int... I> [[gnu::always_inline]] inline Lanes parts(Lanes a, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, a, (I / 2 * 2 + Part)...);
}
template <int... I> [[gnu::always_inline]] inline Lanes alternating(real even, real odd, std::integer_sequence<int, I...>) {
    return Lanes{(I % 2 ? odd : even)...};
}
/// i a.
[[gnu::always_inline]] inline Lanes times_i(Lanes a) { return swapped(a) * alternating(-1, 1, Reals{}); }
[[gnu::always_inline]] inline Lanes conjugate(Lanes a) { return a * alternating(1, -1, Reals{}); }

template <int... I> [[gnu::always_inline]] inline Lanes twice_each(Half h, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(h, h, (I / 2)...);
}
/// kAbreast real numbers, each for both parts of a complex one.
[[gnu::always_inline]] inline Lanes twice_each(real const* p) { return twice_each(*reinterpret_cast<Half const*>(p), Reals{}); }

/// One complex factor for all lanes, in the order in which it is used.
struct alignas(4 * sizeof(real)) Factor {
    real re = 1, unused = 0, minus_im = 0, im = 0;
};
/// -im, im, -im, im ... of a factor.
[[gnu::always_inline]] inline Lanes imaginary_of(Factor const& w) {
#ifdef TESSERA_DOUBLE
    return alternating(w.minus_im, w.im, Reals{});
#else
    typedef long long Word __attribute__((may_alias));
    typedef long long Words __attribute__((vector_size(64)));
    return (Lanes)(*reinterpret_cast<Word const*>(&w.minus_im) - Words{}); // one broadcast of both numbers
#endif
}
/// a w, or a conj(w).
template <bool Conjugate = false> [[gnu::always_inline]] inline Lanes times(Lanes a, Factor const& w) {
    Lanes const imaginary = swapped(a) * imaginary_of(w);
    return Conjugate ? a * all(w.re) - imaginary : a * all(w.re) + imaginary;
}
/// a b, or conj(a) b, lane by lane.
template <bool Conjugate = false> [[gnu::always_inline]] inline Lanes product(Lanes a, Lanes b) {
    Lanes const re = parts<0>(a, Reals{}), imaginary = parts<1>(a, Reals{}) * times_i(b);
    return Conjugate ? re * b - imaginary : re * b + imaginary;
}

template <int Step, int... I> [[gnu::always_inline]] inline void exchange(Lanes& a, Lanes& b, std::integer_sequence<int, I...>) {
    constexpr int kSecond = static_cast<int>(2 * kAbreast) - 2 * Step; // to the same part of the second row, Step lanes before
    Lanes const low = __builtin_shufflevector(a, b, (I / 2 & Step ? I + kSecond : I)...);
    b = __builtin_shufflevector(a, b, (I / 2 & Step ? I + static_cast<int>(2 * kAbreast) : I + 2 * Step)...);
    a = low;
}
/// Lane j of rows[i] becomes lane i of rows[j].
[[gnu::always_inline]] inline void transpose(Lanes (&rows)[kAbreast]) {
    for (index_t i = 0; i < kAbreast; i += 2) exchange<1>(rows[i], rows[i + 1], Reals{});
    for (index_t i = 0; i < kAbreast; i += 4)
        for (index_t j = i; j < i + 2; ++j) exchange<2>(rows[j], rows[j + 2], Reals{});
    if constexpr (kAbreast == 8)
        for (index_t j = 0; j < 4; ++j) exchange<4>(rows[j], rows[j + 4], Reals{});
}

} // namespace lanes
} // namespace tessera
