// Counter-based random numbers: number i of a stream is a function of (seed, stream, i), so that every thread, block or
// machine draws its own without state.
//
// Words and uniform numbers are the same on every machine and device. Normal numbers pass through the logarithm, sine and
// cosine of the device's mathematics library and agree up to their rounding (a few units in the last place).
// The float build draws the numbers of the double build, cut to 24 bits.
#pragma once

#include "kernels/types.h"

namespace tessera {

/// Four random words.
struct PhiloxBlock {
    std::uint32_t word[4];
    friend bool operator==(PhiloxBlock const&, PhiloxBlock const&) = default;
};

/// Philox4x32 with ten rounds.
/// Source: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405.
TESSERA_HD PhiloxBlock philox4x32(PhiloxBlock counter, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
        std::uint64_t const a = std::uint64_t{0xD2511F53} * counter.word[0];
        std::uint64_t const b = std::uint64_t{0xCD9E8D57} * counter.word[2];
        counter = {{static_cast<std::uint32_t>(b >> 32) ^ counter.word[1] ^ key0, static_cast<std::uint32_t>(b),
            static_cast<std::uint32_t>(a >> 32) ^ counter.word[3] ^ key1, static_cast<std::uint32_t>(a)}};
        key0 += 0x9E3779B9; // golden ratio
        key1 += 0xBB67AE85; // sqrt(3) - 1
    }
    return counter;
}

/// Block `index` of the stream `stream` of `seed`.
TESSERA_HD PhiloxBlock philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
    PhiloxBlock const counter{{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
        static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)}};
    return philox4x32(counter, static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

/// Uniform in [0, 1) from two words: their leading 24 bits for float, 53 for double.
template <class T> TESSERA_HD T uniform(std::uint32_t high, std::uint32_t low) {
    if constexpr (sizeof(T) == 4)
        return static_cast<T>(high >> 8) * T(1.0 / (1 << 24));
    else
        return static_cast<T>(((static_cast<std::uint64_t>(high) << 32) | low) >> 11) * T(1.0 / (std::uint64_t{1} << 53));
}

/// Two independent standard normal numbers as one complex number, so E|z|^2 = 2.
/// Source: Box, Muller 1958, doi:10.1214/aoms/1177706645.
template <class T> TESSERA_HD Complex<T> normal(PhiloxBlock const& block) {
    T const u = T(1) - uniform<T>(block.word[0], block.word[1]); // (0, 1]: the logarithm is finite
    T const angle = T(6.283185307179586476925) * uniform<T>(block.word[2], block.word[3]);
    T const radius = std::sqrt(T(-2) * std::log(u));
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

} // namespace tessera
