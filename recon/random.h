// Random numbers that are the same with every standard library.
#pragma once

#include "kernels/types.h"

#include <cmath>
#include <numbers>
#include <random>

namespace tessera {

/// Uniform and normal numbers from one 64-bit seed; `stream` gives independent sequences of the same seed.
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
        std::seed_seq sequence{seed & 0xffffffffu, seed >> 32, stream};
        generator_.seed(sequence);
    }

    /// In [0, 1).
    double uniform() { return static_cast<double>(generator_() >> 11) * 0x1p-53; }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Real and imaginary part are independent standard normal numbers (Box and Muller).
    Complex<double> normal2() {
        double const radius = std::sqrt(-2 * std::log(1 - uniform())), angle = 2 * std::numbers::pi * uniform();
        return {radius * std::cos(angle), radius * std::sin(angle)};
    }
    double normal() { return normal2().re; }

private:
    std::mt19937_64 generator_;
};

} // namespace tessera
