#include "nn/convolution/algorithm_choice.h"
#include "tests/support/catch.h"

#include <vector>

using namespace tessera;
using convolution::Candidate;

TEST_CASE("the workspace chooses among right algorithms, never between right and wrong", "[algorithm]") {
    Candidate const broken{false, true, true, 1}, random{true, false, true, 1}, rounded{true, true, false, 1}, large{true, true, true, 300},
        larger{true, true, true, 400}, modest{true, true, true, 100}, none{true, true, true, 0};
    auto const choose = [](std::vector<Candidate> const& c) { return convolution::choose(c, 100); };
    CHECK(choose({broken, random, rounded, large, modest, none}) == 4);
    CHECK(choose({none, modest}) == 0);
    CHECK(choose({broken, random, rounded, larger, large, larger}) == 4);
    CHECK(choose({broken, random, rounded}) == std::nullopt);
    CHECK(choose({}) == std::nullopt);
}
