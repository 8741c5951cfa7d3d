// tessera-compare as users run it.
#include "recon/formats/nifti/nifti.h"
#include "tests/support/recon_scan.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

constexpr char const* kQuick = " --set maps.source=file --set density.kind=radial --set trust.files=0 ";
constexpr char const* kMethods =
    R"( --set 'methods=[{"method":"gridding","gridding":{"combine":"maps"}},{"method":"cg-sense","sweep":{"lambda":[0.1,1]}},{"method":"l1-wavelet","l1_wavelet":{"iterations":5}}]')";

ProgramResult compare(fs::path const& folder, std::string const& inputs, std::string const& more) {
    std::ofstream(folder / "compare.json") << "{\"input\": " << inputs << ", \"output\": \"" << (folder / "out").string() << "\"}";
    return run_program("tessera-compare", (folder / "compare.json").string() + " --quiet" + kQuick + more);
}

} // namespace

TEST_CASE("several files give rows for each and a summary", "[tessera-compare]") {
    TemporaryFolder const folder;
    fs::create_directories(folder / "scans");
    write_acquisition(folder / "scans/a.h5", small_scan({12, 14, 16}, 2, 2, 1));
    write_acquisition(folder / "scans/b.h5", small_scan({14, 12, 18}, 2, 2, 2));
    auto const result = compare(folder.path(), "[\"" + (folder / "scans").string() + "\"]", kMethods);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(result.output, Contains("| l1-wavelet |") && Contains("\u00b1"));
    auto const table = text_of(folder / "out/comparison.csv");
    CHECK(std::count(table.begin(), table.end(), '\n') == 1 + 2 * 3 + 2 * 3);
    CHECK_THAT(table, Contains("a,12x14x16,gridding,") && Contains("b,14x12x18,cg-sense,") && Contains("mean,,l1-wavelet,"));
    CHECK_THAT(text_of(folder / "out/comparison.md"), Contains("Mean difference from l1-wavelet"));
    CHECK_THAT(text_of(folder / "out/report.html"), Contains("a: 12 x 14 x 16 voxels") && Contains("data:image/png;base64,"));
    CHECK(fs::exists(folder / "out/log.txt"));
    // the report says what was compared and when; two cases have no interval; every image is a volume of the scan's size
    auto const report = text_of(folder / "out/report.html");
    CHECK_THAT(report,
        Contains((folder / "scans/a.h5").string()) && Contains("voxels of 3") && Contains("R to L, A down to P") &&
            Contains("<td>date</td>"));
    CHECK_THAT(text_of(folder / "out/comparison.md"), !Contains("confidence"));
    CHECK_THAT(report, !Contains("confidence"));
    for (char const* const name : {"gridding", "cg-sense", "l1-wavelet", "reference"}) {
        auto const volume = read_nifti(Context(), folder / "out/volumes/a" / (std::string(name) + ".nii.gz"));
        CHECK(volume.values.shape() == Shape{12, 14, 16});
        CHECK(volume.voxel_mm[0] > 1);
    }
    // what was resolved runs again
    auto const again =
        run_program("tessera-compare", (folder / "out/config.json").string() + " --quiet --set output=" + (folder / "again").string());
    CHECK(again.status == 0);
}

TEST_CASE("a volume of the user's is a reference, and without one held-out readouts are", "[tessera-compare]") {
    TemporaryFolder const folder;
    auto scan = small_scan({12, 14, 16}, 2, 2, 1);
    write_acquisition(folder / "with.h5", scan);
    REQUIRE(recon(folder / "with.h5", folder / "volume", "cg-sense").status == 0);
    scan.reference.reset();
    write_acquisition(folder / "without.h5", scan);
    auto const input = "[\"" + (folder / "without.h5").string() + "\"]";

    auto const blind = compare(folder.path(), input, kMethods);
    CAPTURE(blind.errors);
    REQUIRE(blind.status == 0);
    CHECK_THAT(blind.output, Contains("k-space error") && !Contains("NRMSE"));

    for (char const* file : {"volume.h5", "image_magnitude.nii.gz"}) {
        auto const seen =
            compare(folder.path(), input, std::string(kMethods) + " --set 'reference=[\"" + (folder / "volume" / file).string() + "\"]'");
        CAPTURE(file, seen.errors);
        REQUIRE(seen.status == 0);
        CHECK_THAT(seen.output, Contains("NRMSE") && !Contains("k-space error"));
    }
}

TEST_CASE("tessera-compare says what is wrong", "[tessera-compare]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "a.h5", small_scan({12, 14, 16}, 2, 2, 1));
    write_acquisition(folder / "b.h5", small_scan({10, 10, 10}, 2, 2, 1));
    REQUIRE(recon(folder / "b.h5", folder / "other", "gridding").status == 0);
    auto const input = "[\"" + (folder / "a.h5").string() + "\"]";
    auto const refusal = [&](std::string const& more, std::string const& inputs = "") {
        auto const result = compare(folder.path(), inputs.empty() ? input : inputs, kMethods + more);
        CHECK(result.status == 1);
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        return result.errors;
    };
    CHECK_THAT(refusal(" --set against=tv"), Contains("/against: no method is called \"tv\" (there are gridding, cg-sense, l1-wavelet)"));
    CHECK_THAT(refusal(" --set 'reference=[\"a\",\"b\"]'"), Contains("/reference has 2 volumes for 1 inputs"));
    CHECK_THAT(refusal(" --set 'reference=[\"" + (folder / "other/volume.h5").string() + "\"]'"),
        Contains("the reference has shape [10, 10, 10], the scan's matrix is 12 x 14 x 16"));
    CHECK_THAT(refusal(" --set 'methods=[{\"method\":\"gridding\",\"sweep\":{\"lambda\":[1]}}]'"),
        Contains("gridding has no regularisation weight"));
    CHECK_THAT(refusal("", "[]"), Contains("/input names no files"));
    CHECK_THAT(refusal(" --set 'methods=[{\"method\":\"mbdl\"}]'"), Contains("/mbdl/weights"));
    CHECK_THAT(refusal(" --set 'methods=[{\"method\":\"mbdl\",\"mbdl\":{\"adapt\":2}}]'"), Contains("mbdl.adapt is tessera-recon's"));
}

TEST_CASE("tessera-recon chooses a weight from several", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({12, 14, 16}, 2, 2, 1));
    auto const result = recon(folder / "scan.h5", folder / "out", "cg-sense", "--set 'sweep.lambda=[0.01,0.3,30]'");
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    auto const rows = text_of(folder / "out/sweep.csv");
    CHECK(rows.starts_with("lambda,nrmse\n0.01,"));
    CHECK(std::count(rows.begin(), rows.end(), '\n') == 4);
    // the image is that of the best weight
    double least = 1e9;
    std::string best;
    std::istringstream in(rows.substr(rows.find('\n') + 1));
    for (std::string lambda, score; std::getline(in, lambda, ',') && std::getline(in, score);)
        if (std::stod(score) < least) {
            least = std::stod(score);
            best = lambda;
        }
    REQUIRE(recon(folder / "scan.h5", folder / "best", "cg-sense", "--set cg.lambda=" + best).status == 0);
    CHECK(relative_error(image_of(folder / "out"), image_of(folder / "best")) < 1e-6);
}

TEST_CASE("every configuration of configs/compare compares", "[tessera-compare]") {
    TemporaryFolder const folder;
    fs::create_directories(folder / "scans");
    write_acquisition(folder / "scans/a.h5", small_scan({16, 18, 20}, 2, 2, 1));
    int count = 0;
    std::vector<fs::path> configs{fs::path(TESSERA_SOURCE_DIR) / "configs/demo/compare.json"};
    configs.push_back(fs::path(TESSERA_SOURCE_DIR) / "configs/paper/middle/compare.json");
    for (auto const& entry : fs::directory_iterator(fs::path(TESSERA_SOURCE_DIR) / "configs/compare")) configs.push_back(entry.path());
    for (auto const& config : configs) {
        auto const out = folder / std::to_string(count);
        auto const result = run_program("tessera-compare",
            fmt::format("{} --quiet --set 'input=[\"{}\"]' --set output={} --set maps.source=file "
                        "--set trust.lesion.radius=1 --set weights=",
                config.string(), (folder / "scans").string(), out.string()));
        CAPTURE(config, result.errors);
        REQUIRE(result.status == 0);
        auto const table = text_of(out / "comparison.csv");
        CHECK(std::count(table.begin(), table.end(), '\n') >= 4);
        CHECK_THAT(result.output, Contains("lesion") && Contains("repeat"));
        ++count;
    }
    CHECK(count == 4);
}

TEST_CASE("the paper's experiment runs from simulation to comparison", "[tessera-compare]") {
    auto const size = GENERATE(std::string("small"), std::string("full"));
    CAPTURE(size);
    TemporaryFolder const folder;
    fs::path const configs = fs::path(TESSERA_SOURCE_DIR) / "configs/paper" / size;
    auto const run = [&](std::string const& program, std::string const& arguments) {
        auto const result = run_program(program, (configs / arguments).string());
        CAPTURE(program, result.errors);
        REQUIRE(result.status == 0);
    };
    for (auto const& [group, seed] : {std::pair("train", 1), std::pair("validation", 2), std::pair("test", 3)}) {
        fs::create_directories(folder / group);
        run("tessera-simulate",
            fmt::format("simulate.json --quiet --set output={} --set simulation.seed={} --set simulation.matrix=[16,16,20] "
                        "--set simulation.fov_mm=[320,320,400] --set simulation.coils.coils=2",
                (folder / group / "a.h5").string(), seed));
    }
    // the choices of the configuration, with the sizes of a test
    auto const smaller = [&](std::string const& prefix) {
        return fmt::format(" --quiet --set device=cpu --set {0}maps.calibration=8 --set {0}maps.order=2 --set {0}maps.iterations=2 ",
                   prefix) +
            (size == "full" ? fmt::format("--set {}coils.virtual_coils=2 ", prefix) : "");
    };
    auto const training = [&](char const* out) {
        return smaller("data.scan.") +
            fmt::format("--set output={} --set 'data.train=[\"{}\"]' --set 'data.validation=[\"{}\"]' --set steps=2 "
                        "--set validate_every=2 --set model.network.resnet3d.channels=4 --set memory.patch=[8,16,20]",
                (folder / out).string(), (folder / "train").string(), (folder / "validation").string());
    };
    run("tessera-train", "first_steps.json" + training("first"));
    run("tessera-train",
        "train.json" + training("network") +
            " --set model.unrolls=2 --set initial_weights=" + (folder / "first/checkpoints/best.safetensors").string());
    run("tessera-compare",
        "compare.json" + smaller("") +
            fmt::format("--set 'input=[\"{}\"]' --set output={} --set weights={} --set trust.lesion.radius=1", (folder / "test").string(),
                (folder / "comparison").string(), (folder / "network/checkpoints/best.safetensors").string()));
    CHECK_THAT(text_of(folder / "comparison/comparison.md"), Contains("| mbdl |") && Contains("| l1-wavelet | 0.0"));
}
