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
