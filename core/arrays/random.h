// Random numbers in sequence, for what is drawn on the host.
#pragma once

#include "kernels/philox.h"

namespace tessera {

/// Uniform and normal numbers from a seed, the same everywhere; `stream` gives independent sequences of one seed.
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

    /// In [0, 1).
    double uniform() {
        PhiloxBlock const block = philox(seed_, stream_, drawn_++);
        return tessera::uniform<double>(block.word[0], block.word[1]);
    }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Real and imaginary part are independent standard normal numbers.
    Complex<double> normal2() { return tessera::normal<double>(philox(seed_, stream_, drawn_++)); }
    double normal() { return normal2().re; }

private:
    std::uint64_t seed_, stream_, drawn_ = 0;
};

} // namespace tessera
