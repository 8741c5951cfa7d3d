// Texts that are too deep or too long, and numbers that become sizes.
#include "core/config/config.h"
#include "core/config/json_watch.h"
#include "kernels/types.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

using namespace tessera;
using namespace tessera::test;

namespace {

struct Inner {
    std::string name;
    void describe(ConfigVisitor& v) { v("name", name, "A name."); }
};

struct Small {
    index_t count = 1;
    std::uint64_t seed = 1;
    Inner inner;
    void describe(ConfigVisitor& v) {
        v("count", count, "How many.", {.min = 1});
        v("seed", seed, "Any.");
        v("inner", inner, "Inside.");
    }
};

std::string error_in(std::string const& text, std::vector<std::string> const& overrides = {}) {
    return message_of([&] { parse_config<Small>(text, "a.json", overrides); });
}

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

} // namespace

TEST_CASE("deep nesting is refused before anything recursive sees it", "[config]") {
    std::size_t const deep = 100'000;
    CHECK(error_in(nested(deep)) == "a.json: nested deeper than 64 levels");
    CHECK(error_in("{\"count\": " + nested(deep) + "}") == "a.json: nested deeper than 64 levels");
    CHECK(error_in("/*\"*/" + nested(deep)) == "a.json: nested deeper than 64 levels"); // a quote in a comment begins no string
    CHECK(error_in("{\"count\": " + nested(60) + "}") == "a.json: /count: found an array of 1 values, expected an integer");
    CHECK_THAT(error_in("{}", {"count=" + nested(deep)}), Catch::Contains("/count: found the string"));
    std::string key = "inner";
    for (int i = 0; i < 1000; ++i) key += ".a";
    CHECK_THAT(error_in("{}", {key + "=1"}), Catch::Contains("a key of 1001 parts"));
}

TEST_CASE("texts are read up to a length, whatever their file says of itself", "[config]") {
    TemporaryFolder const folder;
    std::ofstream(folder / "long.json") << std::string(2 << 20, ' ') << "{}";
    CHECK_THAT(message_of([&] { load_config<Small>(folder / "long.json"); }), Catch::Contains("too many for a configuration"));
    CHECK_THAT(message_of([&] { load_config<Small>("/dev/zero"); }), Catch::Contains("too many for a configuration"));
    CHECK(message_of([&] { load_config<Small>(folder.path()); }) == folder.path().string() + ": cannot be read as a configuration file");
}

TEST_CASE("whole numbers have a largest value unless they are seeds", "[config]") {
    CHECK_THAT(error_in(R"({"count": 4294967296})"),
        Catch::Contains("/count: found the number 4294967296, expected an integer from 1 to 2147483647"));
    CHECK(error_in(R"({"count": 2147483647, "seed": 9007199254740993})") == "no error");
}

TEST_CASE("what a run says of itself does not keep its configuration from being read", "[config]") {
    CHECK(error_in(R"({"$files": ["volume.h5"], "$warnings": [], "count": 3})") == "no error");
    CHECK_THAT(error_in(R"({"inner": {"$files": []}})"), Catch::Contains("unknown key"));
}

TEST_CASE("metadata that are no JSON, twice the same or too deep are discarded", "[config]") {
    using Json = nlohmann::json;
    CHECK(parse_or_discard<Json>(R"({"a": 1})").at("a") == 1);
    for (auto const& text : {std::string("{"), std::string(R"({"a": 1, "a": 2})"), nested(1000), std::string("\xff")})
        CHECK(parse_or_discard<Json>(text).is_discarded());
}
