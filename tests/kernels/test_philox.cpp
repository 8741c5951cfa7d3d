#include "kernels/philox.h"

#include "tests/support/catch.h"

#include <cmath>

using namespace tessera;

TEST_CASE("philox4x32-10 gives the known answers of Random123", "[philox]") {
    // Salmon et al. 2011, doi:10.1145/2063384.2063405: the test vectors published with the paper
    CHECK(philox4x32({{0, 0, 0, 0}}, 0, 0) == PhiloxBlock{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
    constexpr std::uint32_t ff = 0xffffffff;
    CHECK(philox4x32({{ff, ff, ff, ff}}, ff, ff) == PhiloxBlock{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
    // digits of pi
    CHECK(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0) ==
        PhiloxBlock{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST_CASE("philox streams differ in seed, stream and index, beyond 32 bits too", "[philox]") {
    std::uint64_t const far = std::uint64_t{1} << 40;
    auto const base = philox(1, 2, 3);
    CHECK(base == philox(1, 2, 3));
    for (auto const& other :
        {philox(2, 2, 3), philox(1, 3, 3), philox(1, 2, 4), philox(1 + far, 2, 3), philox(1, 2 + far, 3), philox(1, 2, 3 + far)})
        CHECK_FALSE(base == other);
}

TEMPLATE_TEST_CASE("uniform numbers stay from 0 up to below 1", "[philox]", float, double) {
    CHECK(uniform<TestType>(0, 0) == 0);
    CHECK(uniform<TestType>(0x80000000u, 0) == TestType(0.5));
    CHECK(uniform<TestType>(0xffffffffu, 0xffffffffu) < 1);
}

TEST_CASE("float and double builds draw the same uniform numbers", "[philox]") {
    for (std::uint64_t i = 0; i < 100; ++i) {
        auto const b = philox(7, 0, i);
        CHECK(std::abs(uniform<float>(b.word[0], b.word[1]) - uniform<double>(b.word[0], b.word[1])) < 1.0 / (1 << 24));
    }
}

TEMPLATE_TEST_CASE("normal numbers have the moments of the normal distribution", "[philox]", float, double) {
    int const n = 100000;
    double mean_re = 0, mean_im = 0, square = 0, product = 0, fourth = 0;
    for (int i = 0; i < n; ++i) {
        auto const z = normal<TestType>(philox(42, 1, static_cast<std::uint64_t>(i)));
        mean_re += z.re;
        mean_im += z.im;
        square += double(z.re) * z.re + double(z.im) * z.im;
        product += double(z.re) * z.im;
        fourth += std::pow(double(z.re), 4);
    }
    // five standard errors
    CHECK(std::abs(mean_re / n) < 5 / std::sqrt(n));
    CHECK(std::abs(mean_im / n) < 5 / std::sqrt(n));
    CHECK(std::abs(square / n - 2) < 5 * 2 / std::sqrt(n));
    CHECK(std::abs(product / n) < 5 / std::sqrt(n));
    CHECK(std::abs(fourth / n - 3) < 5 * std::sqrt(96.0 / n));
    // the largest u that can be drawn still gives a finite number
    CHECK(std::isfinite(normal<TestType>({{0xffffffffu, 0xffffffffu, 0, 0}}).re));
}
