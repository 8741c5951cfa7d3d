// Faults of compilers that were met; tools/cmake/TesseraOptions.cmake has the flags that avoid them.
#include "tests/support/catch.h"

#include <vector>

namespace {

[[gnu::noinline]] std::vector<double> half_zero() { return {1, 1, 0, 0}; }
[[gnu::noinline]] std::vector<float> half_zero_floats() { return {1, 1, 1, 1, 0, 0, 0, 0}; }
[[gnu::noinline]] std::vector<long> mostly_zero() { return {7, 7, 7, 7, 0, 0, 0, 0}; }

} // namespace

TEST_CASE("constants that end in zeros are copied as they are", "[compiler]") {
    CHECK(half_zero()[2] == 0); // GCC 12 with AVX-512: 1
    CHECK(half_zero()[3] == 0);
    CHECK(half_zero_floats()[4] == 0);
    CHECK(mostly_zero()[4] == 0);
}
