// Rows of numbers in vector registers, for the CPU bodies of gridding.
#pragma once

#include "kernels/types.h"

#include <bit>
#include <cstring>

namespace tessera {

/// Numbers of one vector register.
#ifdef __AVX512F__
inline constexpr int kLanes = 64 / sizeof(real);
#else
inline constexpr int kLanes = 32 / sizeof(real);
#endif

/// N numbers side by side; a power of two. GCC's and Clang's vector extension: registers where the machine has them.
template <int N> struct LanesOf {
    typedef real type __attribute__((vector_size(N * sizeof(real))));
    static type load(real const* from) {
        type v;
        std::memcpy(&v, from, sizeof(v));
        return v;
    }
    static void store(type const& v, real* to) { std::memcpy(to, &v, sizeof(v)); }
};

/// N numbers as whole registers and one smaller register, which may reach beyond them: memory that is given here must
/// have kLanes numbers more than the row.
template <int N> class Row {
    static constexpr int kWhole = N / kLanes, kRest = N % kLanes;
    static constexpr int kTail = kRest == 0 ? 0 : static_cast<int>(std::bit_ceil(static_cast<unsigned>(kRest)));
    using Whole = LanesOf<kLanes>;
    using Tail = LanesOf<kTail == 0 ? 1 : kTail>;

public:
    static constexpr int kSpan = kWhole * kLanes + kTail;

    Row() = default;
    explicit Row(real const* from) {
        for (int i = 0; i < kWhole; ++i) whole_[i] = Whole::load(from + i * kLanes);
        if constexpr (kTail > 0) tail_ = Tail::load(from + kWhole * kLanes);
    }
    void store(real* to) const {
        for (int i = 0; i < kWhole; ++i) Whole::store(whole_[i], to + i * kLanes);
        if constexpr (kTail > 0) Tail::store(tail_, to + kWhole * kLanes);
    }
    /// to += w row
    void add_to(real* to, real w) const {
#pragma GCC unroll 16
        for (int i = 0; i < kWhole; ++i) Whole::store(Whole::load(to + i * kLanes) + w * whole_[i], to + i * kLanes);
        if constexpr (kTail > 0) Tail::store(Tail::load(to + kWhole * kLanes) + w * tail_, to + kWhole * kLanes);
    }
    /// row += w from
    void add(real const* from, real w) {
#pragma GCC unroll 16
        for (int i = 0; i < kWhole; ++i) whole_[i] += w * Whole::load(from + i * kLanes);
        if constexpr (kTail > 0) tail_ += w * Tail::load(from + kWhole * kLanes);
    }

private:
    typename Whole::type whole_[kWhole > 0 ? kWhole : 1] = {};
    typename Tail::type tail_ = {};
};

} // namespace tessera
