// tessera-recon on scans that are not as they should be: one sentence, exit status 1, and nothing left behind.
#include "tests/support/acquisitions.h"
#include "tests/support/recon_scan.h"

#include <limits>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// The sentence of a run that must fail and leave nothing of its output.
std::string refusal(fs::path const& input, fs::path const& output, std::string const& more = "", std::string const& before = "") {
    auto const result = recon(input, output, "cg-sense", "--quiet " + more, before);
    CAPTURE(result.errors);
    CHECK(result.status == 1);
    CHECK(result.output.empty());
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    CHECK_THAT(result.errors, Catch::StartsWith("error: "));
    CHECK_FALSE(fs::exists(output / "volume.h5"));
    return result.errors;
}

} // namespace

TEST_CASE("scans that cannot be reconstructed are refused in one sentence", "[tessera-recon]") {
    TemporaryFolder const folder;
    fs::path const path = folder / "scan.h5", out = folder / "out";
    std::string const place = "error: " + path.string() + ": ";
    Acquisition a = random_acquisition();
    real const nan = std::numeric_limits<real>::quiet_NaN(), inf = std::numeric_limits<real>::infinity();
    auto const refused = [&](std::string const& beginning) {
        write_unchecked(path, a);
        CHECK_THAT(refusal(path, out), Catch::StartsWith(place + beginning));
    };
    SECTION("no file") { CHECK(refusal(path, out) == place + "no such file\n"); }
    SECTION("a folder") { CHECK_THAT(refusal(folder.path(), out), Catch::StartsWith("error: " + folder.path().string() + ": not a scan")); }
    SECTION("a text") {
        std::ofstream(path) << "hello";
        CHECK_THAT(refusal(path, out), Catch::StartsWith(place + "not a scan in a known format"));
    }
    SECTION("a truncated file") {
        write_unchecked(path, a);
        fs::resize_file(path, fs::file_size(path) / 2);
        CHECK_THAT(refusal(path, out), Catch::StartsWith(place) && Catch::Contains("truncated"));
    }
    SECTION("NaN in k-space") {
        a.kspace.view<3>()(1, 2, 3).re = nan;
        refused("kspace at [1, 2, 3] is (nan");
    }
    SECTION("infinity in k-space") {
        a.kspace.view<3>()(0, 0, 1).im = inf;
        refused("kspace at [0, 0, 1]");
    }
    SECTION("NaN in the trajectory") {
        a.trajectory.view<3>()(4, 6, 2) = nan;
        refused("trajectory at [4, 6, 2] is nan");
    }
    SECTION("infinity in the trajectory") {
        a.trajectory.view<3>()(4, 6, 2) = inf;
        refused("trajectory at [4, 6, 2] is inf");
    }
    SECTION("a trajectory outside of the matrix") {
        a.trajectory.view<3>()(1, 0, 1) = 40;
        refused("trajectory at [1, 0, 1]: ky is 40 cycles per field of view, outside of the matrix 10");
    }
    SECTION("no readouts") {
        a.kspace = Tensor<complex>(Context(), {2, 0, 7});
        a.trajectory = Tensor<real>(Context(), {0, 7, 3});
        refused("kspace is empty");
    }
    SECTION("a trajectory of another shape") {
        a.trajectory = Tensor<real>::zeros(Context(), {5, 6, 3});
        refused("trajectory: expected [5, 7, 3] as kspace has [2, 5, 7], found shape [5, 6, 3]");
    }
    SECTION("k-space of another type") {
        hdf5::Writer file(path);
        std::array<double, 6> const numbers{};
        file.dataset("kspace", Shape{1, 2, 3}, std::span<double const>(numbers));
        file.dataset("trajectory", a.trajectory);
        file.commit();
        CHECK_THAT(refusal(path, out), Catch::StartsWith(place + "kspace: expected complex numbers"));
    }
    SECTION("more coils than maps") {
        a.maps = a.maps->slice(0, 1).clone();
        refused("maps: 1 coils in the maps but 2 in kspace");
    }
    SECTION("no maps where they are asked for") {
        a.maps.reset();
        write_unchecked(path, a);
        CHECK_THAT(refusal(path, out, "--set maps.source=file"), Catch::StartsWith(place + "maps: the file has none"));
    }
    SECTION("no weights where they are asked for") {
        write_unchecked(path, a);
        CHECK_THAT(refusal(path, out, "--set density.kind=file"), Catch::StartsWith(place + "no density compensation in the file"));
    }
    SECTION("k-space of zeros") {
        a.kspace.zero();
        write_unchecked(path, a);
        CHECK_THAT(refusal(path, out), Catch::Contains("zero"));
    }
    CHECK_FALSE(fs::exists(out));
}

TEST_CASE("configurations that cannot be meant are refused in one sentence", "[tessera-recon]") {
    TemporaryFolder const folder;
    fs::path const path = folder / "scan.h5", out = folder / "out", config = folder / "config.json";
    write_unchecked(path, random_acquisition());
    auto const refused = [&](std::string const& text) {
        std::ofstream(config) << text;
        auto const result = run_program("tessera-recon", config.string());
        CHECK(result.status == 1);
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        CHECK_THAT(result.errors, Catch::StartsWith("error: " + config.string()));
        return result.errors;
    };
    CHECK_THAT(refused(R"({"input": "a", "output": )"), Catch::Contains("line 1"));
    CHECK_THAT(refused(R"({"input": "a"})"), Catch::Contains("output") && Catch::Contains("missing"));
    CHECK_THAT(refused(R"({"input": "a", "output": "b", "methud": "gridding"})"),
        Catch::Contains("methud") && Catch::Contains("\"method\""));
    CHECK_THAT(refused(R"({"input": "a", "output": "b", "method": "griding"})"),
        Catch::Contains("griding") && Catch::Contains("\"gridding\""));
    CHECK_THAT(refused(R"({"input": "a", "output": "b", "cg": {"iterations": 0}})"), Catch::Contains("/cg/iterations"));
    CHECK_THAT(refusal(path, out, "--set cg.iteratons=3"), Catch::Contains("iteratons") && Catch::Contains("iterations"));
    CHECK_THAT(refusal(path, out, "--set device=gpu"), Catch::Contains("device"));
    CHECK(run_program("tessera-recon", "").status != 0);
    CHECK(run_program("tessera-recon", (folder / "none.json").string()).status == 1);
    CHECK_FALSE(fs::exists(out));
}

TEST_CASE("a memory limit that is too small ends the run with its numbers", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_unchecked(folder / "scan.h5", random_acquisition());
    CHECK_THAT(refusal(folder / "scan.h5", folder / "out", "--set device=cpu --set memory_limit_gib=1e-5"),
        Catch::Contains("out of memory on cpu") && Catch::Contains("requested") && Catch::Contains("live") && Catch::Contains("peak") &&
            Catch::Contains("limit 10.49 KiB"));
    CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("results that cannot be written leave nothing, and earlier results as they were", "[tessera-recon]") {
    TemporaryFolder const folder;
    fs::path const path = folder / "scan.h5", out = folder / "out";
    Acquisition a = random_acquisition(2, 40, 12, {12, 12, 12});
    a.maps.reset();
    write_unchecked(path, a);
    std::ofstream(folder / "file") << "text";
    CHECK_THAT(refusal(path, folder / "file", "--set output=" + (folder / "file").string()),
        Catch::StartsWith("error: " + (folder / "file").string() + ": ") && Catch::Contains("not a folder"));
    CHECK_THAT(refusal(path, out, "--set output=" + (folder / "file/below").string()),
        Catch::StartsWith("error: " + (folder / "file/below").string() + ": ") && Catch::Contains("Not a directory"));
    CHECK(text_of(folder / "file") == "text");

    // 12^3 complex numbers take more than 8 blocks of 512 bytes: what a full disk looks like
    std::string const full_disk = "trap '' XFSZ; ulimit -f 8; ";
    std::string const method = "--set method=gridding";
    CHECK_THAT(refusal(path, out, method, full_disk),
        Catch::Contains(out.string()) && Catch::Contains("volume.h5") && Catch::Contains("File too large"));
    CHECK_FALSE(fs::exists(out));

    REQUIRE(recon(path, out, "gridding").status == 0);
    std::string const before = text_of(out / "volume.h5") + text_of(out / "log.txt") + text_of(out / "config.json");
    auto const again = recon(path, out, "gridding", "--set density.iterations=2", full_disk);
    CHECK(again.status == 1);
    CHECK(text_of(out / "volume.h5") + text_of(out / "log.txt") + text_of(out / "config.json") == before);
    CHECK(std::distance(fs::directory_iterator(out), {}) == 6);
}

TEST_CASE("wrong settings of compressed sensing are named in one sentence", "[tessera-recon]") {
    TemporaryFolder const folder;
    fs::path const path = folder / "scan.h5", out = folder / "out";
    write_unchecked(path, random_acquisition());
    for (auto const& [setting, expected] :
        {std::pair<std::string, std::string>{"l1_wavelet.lambda=-1", "/l1_wavelet/lambda"}, {"l1_wavelet.wavelet=haar", "daubechies2"},
            {"l1_wavelet.levels=0", "/l1_wavelet/levels"}, {"l1_wavelet.random_shift=true", "random_shifts"},
            {"tv.inner_iterations=0", "/tv/inner_iterations"}, {"tv.tolerance=2", "/tv/tolerance"}, {"method=l1_wavelet", "l1-wavelet"}})
        CHECK_THAT(refusal(path, out, "--set " + setting), Catch::Contains(expected));
}
