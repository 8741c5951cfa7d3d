#include "core/arrays/shape.h"

#include "tests/support/catch.h"

using namespace tessera;
using Catch::Matchers::Contains;

TEST_CASE("shapes", "[shape]") {
    Shape const s{4, 0, 3};
    CHECK(s.rank() == 3);
    CHECK(s.size() == 0);
    CHECK(s[-1] == 3);
    CHECK(s.str() == "[4, 0, 3]");
    CHECK(s.tail() == Shape{0, 3});
    CHECK(s.tail().prepended(4) == s);
    CHECK(Shape{2, 3}.size() == 6);
    CHECK_FALSE(Shape{2, 3} == Shape{2, 3, 1});
    CHECK(Shape{}.size() == 1); // a scalar
    CHECK(Shape{}.str() == "[]");
    CHECK_THROWS_WITH(Shape({2, -1}), Contains("extent 1 is negative (-1)"));
    CHECK_THROWS_WITH(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), Contains("9 dimensions, at most 8"));
    CHECK_THROWS_AS(Shape({1, 1, 1, 1, 1, 1, 1, 1}).prepended(1), Error);
}

TEST_CASE("shapes of more elements than a machine holds are refused, whatever the product wraps to", "[shape]") {
    index_t const half = index_t{1} << 32;
    CHECK_THROWS_WITH(Shape({half, half, 1}),
        Contains("[4294967296, 4294967296, 1] has more elements than any machine holds")); // wraps to 0
    CHECK_THROWS_AS(Shape({kMostElements, 2}), Error);
    CHECK_THROWS_AS(Shape({kMostElements}).prepended(2), Error);
    CHECK_THROWS_WITH(Shape{}.tail(), Contains("a scalar has no extents"));
    CHECK(Shape({kMostElements}).size() == kMostElements);
    CHECK(Shape({half, half, 0}).size() == 0);
}
