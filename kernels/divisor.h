// Division by numbers that are known when a kernel is launched.
#pragma once

#include "kernels/types.h"

#include <array>

namespace tessera {

/// Divides indices by multiplying: on a GPU a division of 64 bits is a call of about a hundred instructions.
///
/// n / d = n m / 2^(62 + s) with s = ceil(log2 d), m = ceil(2^(62 + s) / d), exact for 0 <= n < 2^62 and 1 <= d < 2^32.
/// Source: Granlund, Montgomery 1994, doi:10.1145/178243.178249, theorem 4.2.
class Divisor {
public:
    Divisor() = default;
    /// 0 stands for an empty axis, of which there are no indices to divide.
    explicit Divisor(index_t d) : d_(d > 0 ? d : 1) {
        while ((index_t{1} << shift_) < d_) ++shift_;
        m_ = static_cast<std::uint64_t>(((static_cast<Wide>(1) << (62 + shift_)) + static_cast<Wide>(d_ - 1)) / static_cast<Wide>(d_));
    }

    TESSERA_HD index_t quotient(index_t n) const {
        return static_cast<index_t>(
            static_cast<std::uint64_t>((static_cast<Wide>(static_cast<std::uint64_t>(n) << 2) * m_) >> 64) >> shift_);
    }
    TESSERA_HD index_t remainder(index_t n) const { return remainder(n, quotient(n)); }
    /// The same where the quotient is known.
    TESSERA_HD index_t remainder(index_t n, index_t quotient) const { return n - quotient * d_; }

private:
    __extension__ typedef unsigned __int128 Wide; // nvcc knows no __extension__ before using

    index_t d_ = 1;
    std::uint64_t m_ = std::uint64_t{1} << 62;
    int shift_ = 0;
};

/// From flat indices of a row-major array to one index an axis.
template <int N> class Indices {
public:
    explicit Indices(index_t const (&shape)[N]) {
        for (int d = 1; d < N; ++d) inner_[d] = Divisor(shape[d]);
    }
    template <class T> explicit Indices(View<T, N> const& v) : Indices(v.shape) {}

    TESSERA_HD std::array<index_t, N> operator()(index_t i) const {
        std::array<index_t, N> at{};
        for (int d = N - 1; d > 0; --d) {
            index_t const q = inner_[d].quotient(i);
            at[d] = inner_[d].remainder(i, q);
            i = q;
        }
        at[0] = i;
        return at;
    }

private:
    Divisor inner_[N];
};

} // namespace tessera
