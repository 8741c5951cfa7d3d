// Runs tessera-simulate with the ready configurations.
#include "recon/formats/read.h"
#include "tests/support/devices.h"
#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// Runs the program; returns its exit status and what it wrote.
struct Result {
    int status;
    std::string output;
};
Result run(TemporaryFolder const& folder, std::string const& arguments) {
    fs::path const log = folder / "log.txt";
    std::string const command = std::string(TESSERA_BINARY_DIR) + "/tools/tessera-simulate " + arguments + " > " + log.string() + " 2>&1";
    int const status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream(log).rdbuf();
    return {status, text.str()};
}

bool all_finite(Tensor<complex> const& values) {
    for (complex const v : values.host())
        if (!std::isfinite(v.re) || !std::isfinite(v.im)) return false;
    return true;
}

} // namespace

TEST_CASE("every configuration of configs/simulate makes a scan that reads back", "[simulate]") {
    fs::path const configs = fs::path(TESSERA_SOURCE_DIR) / "configs/simulate";
    std::size_t count = 0;
    for (auto const& entry : fs::directory_iterator(configs)) {
        ++count;
        CAPTURE(entry.path().string());
        TemporaryFolder const folder;
        fs::path const scan_file = folder / "scan.h5";
        Result const result = run(folder, entry.path().string() + " --set device=cpu --set output=" + scan_file.string());
        CAPTURE(result.output);
        REQUIRE(result.status == 0);
        CHECK(fs::exists(folder / "scan_reference.png"));

        Acquisition const scan = read_acquisition(scan_file);
        REQUIRE(scan.reference);
        REQUIRE(scan.maps);
        Matrix const& m = scan.matrix;
        CHECK(scan.reference->shape() == Shape{m[0], m[1], m[2]});
        CHECK(scan.maps->shape() == Shape{scan.coils(), m[0], m[1], m[2]});
        CHECK(all_finite(scan.kspace));
        CHECK(scan.geometry.fov_mm[2] > 0);
        if (scan.coils() > 1) CHECK(scan.noise);

        // The resolved configuration makes the same scan again. k-space to rounding only: FFTW chooses its plan by the clock.
        fs::path const again = folder / "again.h5";
        REQUIRE(run(folder, (folder / "scan.json").string() + " --quiet --set views=false --set output=" + again.string()).status == 0);
        Acquisition const repeated = read_acquisition(again);
        CHECK(relative_error(repeated.kspace.to_host(), scan.kspace.to_host()) < 1e-6);
        CHECK((repeated.trajectory.to_host() == scan.trajectory.to_host()));
        CHECK((repeated.reference->to_host() == scan.reference->to_host()));
        CHECK(repeated.noise.has_value() == scan.noise.has_value());
        if (scan.noise) CHECK((repeated.noise->to_host() == scan.noise->to_host()));
        CHECK(!fs::exists(folder / "again_reference.png"));
    }
    CHECK(count >= 7);
}

TEST_CASE("the demo's simulation runs, on a smaller matrix here", "[simulate]") {
    TemporaryFolder const folder;
    std::string const config = (fs::path(TESSERA_SOURCE_DIR) / "configs/demo/simulate.json").string();
    Result const result = run(folder, config + " --set simulation.matrix=[24,24,24] --set output=" + (folder / "scan.h5").string());
    CAPTURE(result.output);
    REQUIRE(result.status == 0);
    CHECK(read_acquisition(folder / "scan.h5").coils() == 4);
}

TEST_CASE("tessera-simulate explains itself and its mistakes", "[simulate]") {
    TemporaryFolder const folder;
    Result const schema = run(folder, "--print-schema");
    CHECK(schema.status == 0);
    CHECK_THAT(schema.output, Catch::Contains("koosh_ball") && Catch::Contains("supersample"));

    std::string const config = (fs::path(TESSERA_SOURCE_DIR) / "configs/simulate/radial_2d.json").string();
    Result const misspelt = run(folder, config + " --set simulation.sedd=3");
    CHECK(misspelt.status != 0);
    CHECK_THAT(misspelt.output, Catch::Contains("sedd") && Catch::Contains("seed"));

    Result const impossible = run(folder, config + " --set simulation.trajectory.kind=cones --set output=" + (folder / "x.h5").string());
    CHECK(impossible.status != 0);
    CHECK_THAT(impossible.output, Catch::Contains("3D"));
    CHECK(!fs::exists(folder / "x.h5"));
    CHECK(run(folder, "").status != 0);
}
