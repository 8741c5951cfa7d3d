// The programs without a configuration file, and what they say of command lines that cannot be meant.
#include "tests/support/recon_scan.h"

#include <nlohmann/json.hpp>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

// The one sentence of a program that must refuse.
std::string refusal(std::string const& program, std::string const& arguments, int status = 1) {
    auto const result = run_program(program, arguments);
    CAPTURE(arguments, result.errors);
    CHECK(result.status == status);
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    return result.errors;
}

nlohmann::json resolved(fs::path const& folder) { return nlohmann::json::parse(text_of(folder / "config.json")); }

} // namespace

TEST_CASE("programs work without a configuration file", "[command-line]") {
    TemporaryFolder const folder;
    std::string const scan = (folder / "s.h5").string(), out = (folder / "out").string();
    std::string const small = " --quiet --set threads=1 --set maps.source=file ";
    REQUIRE(
        run_program("tessera-simulate", "-o " + scan + " --quiet --set simulation.matrix=12 --set simulation.coils.coils=2").status == 0);
    CHECK(hdf5::File(scan).numbers("/", "matrix") == std::vector<double>{12, 12, 12});

    REQUIRE(run_program("tessera-recon", scan + " -o " + out + small).status == 0);
    CHECK(resolved(out).at("method") == "cg-sense");
    REQUIRE(
        run_program("tessera-recon", scan + " --output " + out + " --method l1-wavelet --set l1_wavelet.iterations=3" + small).status == 0);
    CHECK(resolved(out).at("method") == "l1-wavelet");
    CHECK(fs::exists(folder / "out/volume.h5"));

    auto const compared = run_program("tessera-compare",
        scan + " -o " + out + "2 --against gridding --set trust.files=0 --set " +
            R"('methods=[{"method": "gridding"}, {"method": "cg-sense"}]')" + small);
    CAPTURE(compared.errors);
    REQUIRE(compared.status == 0);
    CHECK_THAT(text_of(folder / "out2/comparison.md"), Catch::Contains("cg-sense"));

    auto const trained = run_program("tessera-train",
        scan + " -o " + out + "3 --validation " + scan +
            " --quiet --set threads=1 --set steps=1 --set model.unrolls=1 --set memory.patch=8 "
            "--set data.scan.maps.source=file --set model.network.resnet3d.channels=4");
    CAPTURE(trained.errors);
    CHECK(trained.status == 0);
    CHECK(resolved(folder / "out3").at("memory").at("patch") == nlohmann::json{8, 8, 8});
    CHECK(run_program("tessera-recon", scan + " -o " + out + "4 --weights " + out + "3/checkpoints/best.safetensors" + small).status == 0);
    CHECK(resolved(folder / "out4").at("method") == "mbdl");
}

TEST_CASE("what takes long is seen to go on, and ends with a word where it stopped early", "[command-line]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "s.h5", small_scan({12, 12, 12}, 2));
    auto const run = [&](std::string const& more) {
        auto const result = run_program("tessera-recon",
            fmt::format("{} -o {} --method l1-wavelet --set threads=1 --set maps.calibration=8 {}", (folder / "s.h5").string(),
                (folder / "out").string(), more));
        CAPTURE(result.errors);
        CHECK(result.status == 0);
        return result.errors;
    };
    auto const stopped = run("--set l1_wavelet.iterations=3");
    CHECK_THAT(stopped, Catch::Contains("density compensation: ") && Catch::Contains("maps: 8/8 in "));
    CHECK_THAT(stopped, Catch::Contains("l1-wavelet: ended at its limit of 3 iterations"));
    CHECK_THAT(run("--set l1_wavelet.tolerance=1"), !Catch::Contains("ended at its limit"));
}

TEST_CASE("the command line may add to a configuration file", "[command-line]") {
    TemporaryFolder const folder;
    auto const scan = folder / "s.h5", out = folder / "out";
    write_acquisition(scan, small_scan({10, 10, 10}, 2));
    std::ofstream(folder / "c.json") << R"({"input": "elsewhere.h5", "output": "nowhere", "method": "tv"})";
    auto const result = run_program("tessera-recon",
        fmt::format("{} {} -o {} --method gridding --quiet --set threads=1 --set matrix=10,10,10", (folder / "c.json").string(),
            scan.string(), out.string()));
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK(resolved(out).at("input") == scan.string());
    CHECK(resolved(out).at("method") == "gridding");
    CHECK(resolved(out).at("matrix") == nlohmann::json{10, 10, 10});
}

TEST_CASE("command lines that cannot be meant are refused in one sentence", "[command-line]") {
    TemporaryFolder const folder;
    std::string const scan = (folder / "s.h5").string(), out = " -o " + (folder / "out").string() + " ";
    write_acquisition(scan, small_scan({10, 10, 10}, 2));
    fs::copy_file(scan, folder / "scan.json");
    CHECK_THAT(refusal("tessera-recon", ""), Catch::Contains("--help"));
    CHECK_THAT(refusal("tessera-recon", scan), Catch::Contains("-o"));
    CHECK_THAT(refusal("tessera-recon", (folder / "none.json").string()), Catch::EndsWith("none.json: no such file\n"));
    CHECK_THAT(refusal("tessera-recon", (folder / "none.h5").string() + out), Catch::EndsWith("none.h5: no such file\n"));
    CHECK_THAT(refusal("tessera-recon", (folder / "scan.json").string() + out), Catch::Contains("k-space file, not a configuration"));
    CHECK_THAT(refusal("tessera-simulate", scan), Catch::Contains("k-space file, not a configuration"));
    CHECK_THAT(refusal("tessera-recon", scan + " " + scan + out), Catch::Contains("one file too many"));
    CHECK_THAT(refusal("tessera-recon", scan + out + "--set matrix=10,10"),
        Catch::Contains("/matrix: found an array of 2 values, expected an array of 3 values, such as 64,64,64"));
    CHECK_THAT(refusal("tessera-recon", scan + out + "--set matrix=large"),
        Catch::Contains("found the string \"large\", expected an array of 3 values"));
    CHECK_THAT(refusal("tessera-recon", scan + out + "--set datasets.kspace=kdat --set datasets.trajectory=trajectory"),
        Catch::Contains("no dataset 'kdat' (there are kspace, maps, noise, reference, trajectory"));
    CHECK(run_program("tessera-recon", "--no-such-option").status == 2);
    CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("help shows examples and the fields that people need", "[command-line]") {
    for (char const* const program :
        {"tessera-recon", "tessera-train", "tessera-compare", "tessera-simulate", "tessera-info", "tessera-bench"}) {
        auto const help = run_program(program, "--help");
        CAPTURE(program);
        CHECK(help.status == 0);
        CHECK_THAT(help.output, Catch::Contains(std::string("  ") + program + " ") && Catch::Contains("Exit status"));
        auto const fields = run_program(program, "--fields");
        CHECK(fields.status == 0);
        CHECK(std::count(fields.output.begin(), fields.output.end(), '\n') > 8);
    }
    CHECK_THAT(run_program("tessera-recon", "--help").output,
        Catch::Contains("cg.lambda = 0.05  ") && Catch::Contains("one of gridding, cg-sense"));
}

TEST_CASE("tessera-info says what is in a file", "[command-line]") {
    TemporaryFolder const folder;
    auto const scan = folder / "s.h5";
    auto const a = small_scan({10, 12, 14}, 3);
    write_acquisition(scan, a);
    auto const text = run_program("tessera-info", scan.string());
    CHECK(text.status == 0);
    CHECK_THAT(text.output,
        Catch::Contains("10 x 12 x 14 (z, y, x)") && Catch::Contains("3 coils") && Catch::Contains("512 samples a coil"));
    auto const info = nlohmann::json::parse(run_program("tessera-info", scan.string() + " --json").output);
    CHECK(info.at("matrix") == nlohmann::json{10, 12, 14});
    CHECK(info.at("coils") == 3);
    CHECK(info.at("readouts") == a.readouts());
    CHECK(info.at("maps") == true);
    CHECK(info.at("weights") == a.weights.has_value());
    CHECK(info.at("noise_deviation").size() == 3);
    CHECK(info.at("noise_deviation")[0].get<double>() > 0);
    CHECK(info.at("host_gib").get<double>() * (1 << 30) > static_cast<double>(a.kspace.bytes()));
    CHECK(info.at("device_gib").get<double>() > 0);
    CHECK_THAT(refusal("tessera-info", (folder / "none.mrd").string()), Catch::EndsWith("none.mrd: no such file\n"));
}
