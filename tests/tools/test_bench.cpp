// Runs tessera-bench on small cases.
#include "core/config/config.h"
#include "tests/support/devices.h"
#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace tessera;
using namespace tessera::test;

namespace {

struct Result {
    int status;
    std::string output;
};
Result bench(TemporaryFolder const& folder, std::string const& arguments) {
    auto const log = folder / "log.txt";
    std::string const command = std::string(TESSERA_BINARY_DIR) + "/tools/tessera-bench " + arguments + " > " + log.string() + " 2>&1";
    int const status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream(log).rdbuf();
    return {status, text.str()};
}

/// The number after "name": that follows "part":, or -1.
double value(std::string const& json, std::string const& part, std::string const& name) {
    auto const from = json.find('"' + part + "\":");
    auto const at = from == std::string::npos ? from : json.find('"' + name + "\":", from);
    return at == std::string::npos ? -1 : std::stod(json.substr(at + name.size() + 3));
}

} // namespace

TEST_CASE("tessera-bench nufft prints time, error and memory of both types", "[bench]") {
    TemporaryFolder const folder;
    auto const result = bench(folder,
        "nufft --matrix 16 --readouts 300 --samples 32 --coils 3 --accuracy 1e-3 --threads 1 --repeats 2 --device cpu --json");
    INFO(result.output);
    REQUIRE(result.status == 0);
    for (char const* type : {"type1", "type2"}) {
        INFO(type);
        CHECK(value(result.output, type, "seconds") > 0);
        CHECK(value(result.output, type, "setup_seconds") > 0);
        CHECK(value(result.output, type, "relative_error") > 1e-7);
        CHECK(value(result.output, type, "relative_error") < 1e-3);
        CHECK(value(result.output, type, "peak_bytes") > 24 * 24 * 24 * sizeof(complex));
    }
}

TEST_CASE("tessera-bench times the steps of the set-up and the transform of the grid", "[bench]") {
    TemporaryFolder const folder;
    for (auto const& [arguments, row] : {std::pair{"plan", "nufft"}, std::pair{"density", "pipe"}, std::pair{"maps --coils 3", "jsense"},
             std::pair{"fft --coils 3", "adjoint"}}) {
        auto const result =
            bench(folder, std::string(arguments) + " --matrix 24 --readouts 300 --samples 24 --repeats 1 --device cpu --json");
        INFO(result.output);
        CHECK(result.status == 0);
        CHECK(value(result.output, row, "seconds") > 0);
    }
}

TEST_CASE("tessera-bench times the normal operator, convolutions and a training step", "[bench]") {
    TemporaryFolder const folder;
    std::string const size = " --matrix 16 --readouts 100 --samples 16 --coils 2 --repeats 1 --device cpu --json"
                             " --set model.unrolls=1 --set model.network.resnet3d.channels=4 --set model.network.resnet3d.blocks=1";
    for (auto const& [part, rows] : {std::pair{"normal", std::vector{"gridded", "toeplitz"}},
             std::pair{"conv", std::vector{"forward", "backward_data", "backward_weights"}},
             std::pair{"train-step", std::vector{"reconstruction", "step"}}}) {
        auto const result = bench(folder, part + size);
        INFO(result.output);
        CHECK(result.status == 0);
        for (char const* row : rows) {
            CHECK(value(result.output, row, "seconds") > 0);
            CHECK(value(result.output, row, "peak_bytes") >= 0);
        }
    }
}

TEST_CASE("tessera-bench says what it cannot do", "[bench]") {
    TemporaryFolder const folder;
    auto const refused = bench(folder, "nufft --coils 0");
    CHECK(refused.status != 0);
    CHECK(refused.output.find("/coils: found the number 0, expected an integer from 1 to 1024") != std::string::npos);
    CHECK(bench(folder, "").output.find("nothing to do") != std::string::npos);
    CHECK(bench(folder, "nufft missing.json").output.find("missing.json: no such file") != std::string::npos);
    CHECK(bench(folder, "density sideways").status != 0);
}
