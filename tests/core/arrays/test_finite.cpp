// Numbers that are none, wherever they hide.
#include "core/arrays/finite.h"

#include "tests/support/catch.h"

#include <limits>
#include <vector>

using namespace tessera;

TEST_CASE("the first value that is not finite is found", "[finite]") {
    auto const n = GENERATE(as<std::size_t>(), 0, 1, 17, 4099);
    std::vector<real> values(n, std::numeric_limits<real>::max()); // whose sum is not finite
    CHECK(!first_not_finite(values));
    real const bad =
        GENERATE(std::numeric_limits<real>::infinity(), -std::numeric_limits<real>::infinity(), std::numeric_limits<real>::quiet_NaN());
    for (std::size_t const at : {n / 2, n - 1}) {
        if (n == 0) break;
        values[at] = bad;
        CHECK(first_not_finite(values) == static_cast<index_t>(at));
        values[at] = -1;
    }
}
