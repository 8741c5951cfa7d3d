#include "core/config/config.h"

#include "core/terminal/nearest.h"
#include "kernels/types.h"
#include "tests/support/catch.h"

#include <fstream>

using namespace tessera;
using Catch::Matchers::Contains;

namespace {

enum class Weighting { none, ramp, iterative };
constexpr std::array<std::string_view, 3> config_names(Weighting) { return {"none", "ramp", "iterative"}; }

struct CgConfig {
    index_t iterations = 20;
    std::optional<double> tolerance;
    void describe(ConfigVisitor& v) {
        v("iterations", iterations, "Iterations at most.", {.min = 1, .max = 1000});
        v("tolerance", tolerance, "Stop below this relative residual.", {.above = 0, .max = 1});
    }
};

struct StageConfig {
    std::string name = "stage";
    double scale = 0.1;
    void describe(ConfigVisitor& v) {
        v("name", name, "Name of the stage.");
        v("scale", scale, "Scale of the stage.", {.min = 0});
    }
};

struct NestedConfig {
    int id = 0;
    void describe(ConfigVisitor& v) { v("id", id, "Required where the object is given.", {.required = true}); }
};

struct ReconConfig {
    std::filesystem::path input;
    std::string device = "auto";
    bool verbose = false;
    std::uint32_t seed = 0;
    Weighting weighting = Weighting::ramp;
    std::array<index_t, 3> matrix{0, 0, 0};
    std::vector<StageConfig> stages;
    std::map<std::string, std::string> labels;
    CgConfig cg;
    std::optional<NestedConfig> nested;
    void describe(ConfigVisitor& v) {
        v("input", input, "File to read.", {.required = true});
        v("device", device, "Where to compute.", {.one_of = {"auto", "cpu", "cuda"}});
        v("verbose", verbose, "Say more.");
        v("seed", seed, "Of the random numbers.");
        v("weighting", weighting, "Density compensation.");
        v("matrix", matrix, "Voxels in z, y, x.", {.min = 0});
        v("stages", stages, "In this order.");
        v("labels", labels, "Free text.");
        v("cg", cg, "Conjugate gradients.");
        v("nested", nested, "Left out as a whole or given.");
    }
};

std::string const kSource = "recon.json";

ReconConfig parse(std::string const& text, std::vector<std::string> const& overrides = {}) {
    return parse_config<ReconConfig>(text, kSource, overrides);
}

std::string error_of(std::string const& text, std::vector<std::string> const& overrides = {}) {
    try {
        parse(text, overrides);
    } catch (Error const& e) {
        return e.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("a configuration keeps initial values and reads every kind of field", "[config]") {
    auto const c = parse(R"({
        "$schema": "recon.schema.json",
        "input": "scan.h5", // a comment
        "device": "cpu", "verbose": true, "seed": 4294967295, "weighting": "none",
        "matrix": [64, 96, 128], /* another */
        "stages": [{"name": "a"}, {"scale": 2}],
        "labels": {"site": "Madison"},
        "cg": {"tolerance": 1e-4}
    })");
    CHECK(c.input == "scan.h5");
    CHECK(c.device == "cpu");
    CHECK(c.verbose);
    CHECK(c.seed == 4294967295u);
    CHECK(c.weighting == Weighting::none);
    CHECK(c.matrix == std::array<index_t, 3>{64, 96, 128});
    REQUIRE(c.stages.size() == 2);
    CHECK(c.stages[0].name == "a");
    CHECK(c.stages[0].scale == 0.1);
    CHECK(c.stages[1].scale == 2.0); // an integer is a number
    CHECK(c.labels.at("site") == "Madison");
    CHECK(c.cg.iterations == 20);
    CHECK(c.cg.tolerance == 1e-4);
}

TEST_CASE("errors name the file, the place, what was found and what was expected", "[config]") {
    auto const [text, expected] = GENERATE(table<char const*, char const*>({
        {R"({"input": 3})", "recon.json: /input: found the number 3, expected a string"},
        {R"({"input": "a", "verbose": 1})", "recon.json: /verbose: found the number 1, expected true or false"},
        {R"({"input": "a", "cg": {"iterations": 20.0}})", "recon.json: /cg/iterations: found the number 20.0, expected an integer"},
        {R"({"input": "a", "cg": {"iterations": 0}})",
            "recon.json: /cg/iterations: found the number 0, expected an integer from 1 to 1000"},
        {R"({"input": "a", "cg": {"iterations": "20"}})", "recon.json: /cg/iterations: found the string \"20\", expected an integer"},
        {R"({"input": "a", "seed": -1})", "recon.json: /seed: found the number -1, expected an integer of at least 0"},
        {R"({"input": "a", "seed": 4294967296})", "recon.json: /seed: found the number 4294967296"},
        {R"({"input": "a", "seed": 18446744073709551615})", "recon.json: /seed: found the number 18446744073709551615"},
        {R"({"input": "a", "cg": {"tolerance": 0}})",
            "recon.json: /cg/tolerance: found the number 0, expected a number above 0 and at most 1"},
        {R"({"input": "a", "cg": {"tolerance": true}})", "recon.json: /cg/tolerance: found true, expected a number"},
        {R"({"input": "a", "cg": []})", "recon.json: /cg: found an array of 0 values, expected an object"},
        {R"({"input": "a", "matrix": [64, 64]})", "recon.json: /matrix: found an array of 2 values, expected an array of 3 values"},
        {R"({"input": "a", "matrix": [64, 64, -1]})", "recon.json: /matrix/2: found the number -1"},
        {R"({"input": "a", "stages": [{}, {"scale": null}]})", "recon.json: /stages/1/scale: found null, expected a number"},
        {R"({"input": "a", "labels": {"a/b": 1}})", "recon.json: /labels/a~1b: found the number 1, expected a string"},
        {R"({"input": "a", "weighting": "ramps"})",
            "recon.json: /weighting: found \"ramps\", expected one of \"none\", \"ramp\", \"iterative\" (did you mean \"ramp\"?)"},
        {R"({"input": "a", "device": "gpu"})", "expected one of \"auto\", \"cpu\", \"cuda\" (did you mean \"cpu\"?)"},
        {R"({})", "recon.json: /input is missing"},
        {R"({"imput": "a"})", "recon.json: /imput: unknown key \"imput\" (did you mean \"input\"? known keys: \"input\", \"device\""},
        {R"({"input": "a", "cg": {"iteratons": 3}})",
            "recon.json: /cg/iteratons: unknown key \"iteratons\" (did you mean \"iterations\"? known keys: \"iterations\", \"tolerance\")"},
        {R"({"input": "a", "cg": {"$schema": ""}})", "recon.json: /cg/$schema: unknown key"},
        {R"({"input": "a", "nested": {}})", "recon.json: /nested/id is missing"},
        {R"([])", "recon.json: found an array of 0 values, expected an object"},
        {"{\n  \"input\": \"a\",\n  \"cg\" 3\n}", "recon.json: line 3, column 8: not JSON: while parsing object separator"},
        {"", "recon.json: line 1, column 1: not JSON"},
        {R"({"input": "a", "cg": {"tolerance": 1e999}})", "recon.json: not JSON: "},
        {R"({"input": "a", "input": "b"})", "recon.json: the key \"input\" is given twice in one object"},
    }));
    CHECK_THAT(error_of(text), Contains(expected));
}

TEST_CASE("command-line overrides", "[config]") {
    std::string const text = R"({"input": "a.h5", "matrix": [1, 2, 3]})";
    auto const c = parse(text,
        {"cg.iterations=7", "cg.tolerance=null", "device=cpu", "matrix.1=9", "input=007", "labels.site=Bonn=Rhein",
            "stages=[{\"name\": \"x\"}]", "stages.0.name=true", "seed=1", "seed=2"});
    CHECK(c.cg.iterations == 7);
    CHECK_FALSE(c.cg.tolerance);
    CHECK(c.device == "cpu");
    CHECK(c.matrix == std::array<index_t, 3>{1, 9, 3});
    CHECK(c.input == "007"); // a text field takes the text as it is typed
    CHECK(c.labels.at("site") == "Bonn=Rhein");
    CHECK(c.stages.at(0).name == "true");
    CHECK(c.seed == 2); // the last one counts

    CHECK_THAT(error_of(text, {"cg.iterations=many"}), Contains("--set: /cg/iterations: found the string \"many\", expected an integer"));
    CHECK_THAT(error_of(text, {"cg.iteration=3"}),
        Contains("--set: /cg/iteration: unknown key \"iteration\" (did you mean \"iterations\""));
    CHECK_THAT(error_of(text, {"cg.iterations"}), Contains("--set cg.iterations: expected key=value"));
    CHECK_THAT(error_of(text, {"cg..iterations=1"}), Contains("--set cg..iterations=1: the key has an empty part"));
    CHECK_THAT(error_of(text, {"matrix.3=1"}), Contains("--set matrix.3=1: found \"3\", expected a position from 0 to 2 of the array"));
    CHECK_THAT(error_of(text, {"input.name=1"}),
        Contains("--set input.name=1: \"name\" is inside the value \"a.h5\", which has no fields"));
}

TEST_CASE("the resolved configuration has every field and reads back", "[config]") {
    auto c = parse(R"({"input": "scan.h5", "stages": [{}], "weighting": "iterative", "labels": {"a": "b"}, "cg": {"tolerance": 0.25}})");
    std::string const text = config_json(c);
    CHECK_THAT(text, Contains("\"iterations\": 20") && Contains("\"weighting\": \"iterative\"") && Contains("\"scale\": 0.1"));
    CHECK(text.find("\"input\"") < text.find("\"device\"")); // in the order of the description
    CHECK(config_json(parse(text)) == text);
    CHECK_THAT(config_json(ReconConfig{}), Contains("\"tolerance\": null"));
}

TEST_CASE("the schema states types, limits, initial values and required fields", "[config]") {
    std::string const expected = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "tessera-test",
  "type": "object",
  "properties": {
    "iterations": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000,
      "description": "Iterations at most.",
      "default": 20
    },
    "tolerance": {
      "anyOf": [
        {
          "type": "number",
          "exclusiveMinimum": 0.0,
          "maximum": 1.0
        },
        {
          "type": "null"
        }
      ],
      "description": "Stop below this relative residual.",
      "default": null
    },
    "$schema": {
      "type": "string"
    }
  },
  "additionalProperties": false,
  "patternProperties": {
    "^\\$": true
  }
}
)";
    CHECK(config_schema<CgConfig>("tessera-test") == expected);
    std::string const schema = config_schema<ReconConfig>("tessera-recon");
    CHECK_THAT(schema,
        Contains("\"required\": [\n    \"input\"\n  ]") && Contains("\"minItems\": 3") && Contains("\"maximum\": 4294967295"));
    CHECK_THAT(schema, Contains("\"enum\": [\n        \"none\",\n        \"ramp\",\n        \"iterative\"\n      ]"));
    CHECK_THAT(schema, Contains("\"default\": []"));
}

TEST_CASE("a configuration file that cannot be read is named", "[config]") {
    CHECK_THROWS_WITH(load_config<CgConfig>("no/such/file.json"), Contains("no/such/file.json: cannot be read"));
    CHECK_THROWS_WITH(load_config<CgConfig>("."), Contains("cannot be read"));
    std::string const file = TESSERA_BINARY_DIR "/test_config.json";
    std::ofstream(file) << "{\"iterations\": 3}";
    CHECK(load_config<CgConfig>(file, {"tolerance=0.5"}).iterations == 3);
    std::filesystem::remove(file);
}

TEST_CASE("the nearest name counts edits and swaps", "[config]") {
    std::vector<std::string> const names{"iterations", "tolerance", "lambda"};
    CHECK(nearest_name("iteration", names) == "iterations");
    CHECK(nearest_name("toleranec", names) == "tolerance");
    CHECK(nearest_name("lamda", names) == "lambda");
    CHECK(nearest_name("x", {}) == "");
    std::vector<std::string> const close{"abdc", "axyd"}; // one swap, two replacements
    CHECK(nearest_name("abcd", close) == "abdc");
}
