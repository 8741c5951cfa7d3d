// Runs one test source on every device of this build and machine.
#pragma once

#include "core/device/context.h"
#include "core/device/device.h"
#include "tests/support/catch.h"

#include <cmath>
#include <random>
#include <span>
#include <vector>

namespace tessera::test {

/// A context of every device that is there, or of those that the environment variable TESSERA_DEVICES names ("cuda", "cpu,cuda").
std::vector<Context> const& contexts();
/// Before main() returns: libraries' handles must not outlive the CUDA runtime.
void end_contexts();

/// Inside a TEST_CASE: repeats the rest of it once per device.
inline Context each_device() {
    auto const i = GENERATE(range(0, static_cast<int>(contexts().size())));
    return contexts()[static_cast<std::size_t>(i)];
}

/// Rounding errors that a test may allow: `f` for float builds, `d` for double.
inline double tolerance(double f, double d) { return sizeof(real) == 4 ? f : d; }

inline std::vector<complex> random_complex(std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    std::vector<complex> values(n);
    for (complex& v : values) {
        v.re = static_cast<real>(normal(generator));
        v.im = static_cast<real>(normal(generator));
    }
    return values;
}

inline std::vector<real> random_real(std::size_t n, unsigned seed, double low = -1, double high = 1) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(low, high);
    std::vector<real> values(n);
    for (real& v : values) v = static_cast<real>(uniform(generator));
    return values;
}

/// ||a - b|| / ||b||, or ||a|| where b is zero.
inline double relative_error(std::span<complex const> a, std::span<complex const> b) {
    REQUIRE(a.size() == b.size());
    double difference = 0, reference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(double(a[i].re) - b[i].re, 2) + std::pow(double(a[i].im) - b[i].im, 2);
        reference += std::pow(double(b[i].re), 2) + std::pow(double(b[i].im), 2);
    }
    return std::sqrt(difference) / (reference > 0 ? std::sqrt(reference) : 1.0);
}

/// Sum of conj(a) b in double.
inline Complex<double> inner(std::span<complex const> a, std::span<complex const> b) {
    REQUIRE(a.size() == b.size());
    Complex<double> sum;
    for (std::size_t i = 0; i < a.size(); ++i) sum += Complex<double>{a[i].re, -double(a[i].im)} * Complex<double>{b[i].re, b[i].im};
    return sum;
}

} // namespace tessera::test
