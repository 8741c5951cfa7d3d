#include "kernels/divisor.h"
#include "tests/support/catch.h"

#include <array>
#include <random>
#include <vector>

using namespace tessera;

TEST_CASE("divisors divide as the processor does", "[divisor]") {
    std::mt19937_64 random(1);
    std::vector<index_t> divisors{1, 2, 3, 5, 7, 8, 20, 112, 300, 450, 641, 4096, 65535, 65537, (index_t{1} << 31) - 1,
        (index_t{1} << 32) - 1};
    for (int i = 0; i < 200; ++i) divisors.push_back(static_cast<index_t>(random() >> (32 + i % 31)) + 1);
    index_t const most = (index_t{1} << 62) - 1;
    std::size_t wrong = 0;
    for (index_t const d : divisors) {
        Divisor const divisor(d);
        std::vector<index_t> numbers{0, 1, d - 1, d, d + 1, most, most / d * d, most / d * d - 1};
        for (int i = 0; i < 200; ++i) numbers.push_back(static_cast<index_t>(random() >> (2 + i % 61)));
        for (index_t const n : numbers) wrong += divisor.quotient(n) != n / d || divisor.remainder(n) != n % d;
    }
    CHECK(wrong == 0);
    CHECK(Divisor(0).quotient(0) == 0); // of an empty axis
}

TEST_CASE("flat indices fall into one index an axis", "[divisor]") {
    index_t const shape[4] = {3, 5, 1, 7};
    Indices<4> const indices(shape);
    index_t i = 0;
    for (index_t a = 0; a < 3; ++a)
        for (index_t b = 0; b < 5; ++b)
            for (index_t d = 0; d < 7; ++d, ++i) CHECK(indices(i) == std::array<index_t, 4>{a, b, 0, d});
    index_t const large[3] = {900, 600, 4800}; // more than 2^31 elements
    CHECK(Indices<3>(large)((index_t{899} * 600 + 599) * 4800 + 4799) == std::array<index_t, 3>{899, 599, 4799});
}
