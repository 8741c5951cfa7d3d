// tessera-simulate and tessera-recon with a patient who breathes.
#include "tests/support/breathing_scan.h"
#include "tests/support/recon_scan.h"
#include "tests/support/temporary_folder.h"

#include <nlohmann/json.hpp>

using namespace tessera;
using namespace tessera::test;

namespace {

/// That a plan, as --plan --json prints it, is not below what was measured, nor a tenth above it.
void check_peaks(std::string const& plan, std::filesystem::path const& profile) {
    for (char const* const peak : {"device_peak_bytes", "host_peak_bytes"}) {
        CAPTURE(peak);
        auto const planned = nlohmann::json::parse(plan).at(peak).get<double>();
        auto const measured = nlohmann::json::parse(text_of(profile)).at(peak).get<double>();
        CHECK(planned >= measured);
        CHECK(planned <= 1.1 * measured);
    }
}

} // namespace

TEST_CASE("gating is one setting away, and the log says what it did", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, simulate(Context(), breathing_thorax()));
    auto const all = recon(scan, folder / "all", "gridding");
    auto const soft = recon(scan, folder / "soft", "gridding", "--set gating.kind=soft --set gating.signal=self");
    auto const hard = recon(scan, folder / "hard", "gridding", "--set gating.kind=hard");
    for (auto const* const result : {&all, &soft, &hard}) {
        CAPTURE(result->errors);
        CHECK(result->status == 0);
    }
    CHECK(text_of(folder / "all" / "log.txt").find("gating") == std::string::npos);
    CHECK_THAT(text_of(folder / "soft" / "log.txt"),
        Catch::Contains("gating: breathing seen in k = 0 of 4 coils") && Catch::Contains("breaths a minute") &&
            Catch::Contains("gating: soft: "));
    CHECK_THAT(text_of(folder / "hard" / "log.txt"),
        Catch::Contains("gating: breathing as recorded") && Catch::Contains("kept, near expiration"));
    CHECK(image_of(folder / "hard") != image_of(folder / "all"));
    auto const info = run_program("tessera-info", scan.string());
    CHECK_THAT(info.output, Catch::Contains("respiration") && Catch::Contains("timestamps     yes"));
}

TEST_CASE("late gradients are found and corrected by one setting", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto config = breathing_thorax();
    config.breathing.amplitude_mm = 0;
    config.delays.samples = {1, 1, 1};
    config.phase_drift = 3;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, simulate(Context(), config));
    auto const settings = "--set delays.kind=estimate --set phase_drift=true";
    auto const plan = recon(scan, folder / "out", "gridding", std::string(settings) + " --plan --json");
    auto const result = recon(scan, folder / "out", "gridding", std::string(settings) + " --profile");
    CAPTURE(result.errors, plan.errors);
    REQUIRE(result.status == 0);
    REQUIRE(plan.status == 0);
    CHECK_THAT(text_of(folder / "out" / "log.txt"),
        Catch::Contains("phase: drifts over 2.") && Catch::Contains("samples late along z, y, x") && Catch::Contains(": corrected"));
    check_peaks(plan.output, folder / "out" / "profile.json");
    auto const given = recon(scan, folder / "given", "gridding", "--set delays.kind=given --set delays.samples=[1,1,1]");
    CHECK(given.status == 0);
    CHECK_THAT(text_of(folder / "given" / "log.txt"), Catch::Contains("delays: given, 1.000, 1.000, 1.000 samples late"));
}

TEST_CASE("raw data become one page", "[tessera-info]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, simulate(Context(), breathing_thorax()));
    auto const page = folder / "page.html";
    auto const result = run_program("tessera-info", scan.string() + " --report " + page.string());
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(text_of(page), Catch::Contains("Breathing") && Catch::Contains("l1-wavelet") && Catch::Contains("</html>"));
    auto const two = run_program("tessera-info", scan.string() + " " + scan.string() + " --report " + page.string());
    CHECK(two.status == 1);
    CHECK_THAT(two.errors, Catch::Contains("/report is ") && Catch::Contains("but there are 2 inputs: expected one"));
    auto const itself = run_program("tessera-info", scan.string() + " --report " + scan.string());
    CHECK(itself.status == 1);
}

TEST_CASE("states of breathing become one file each, in every format, and are planned", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, simulate(Context(), breathing_thorax()));
    std::string const method = GENERATE("gridding", "cg-sense", "xd-grasp", "llr", "mbdl");
    std::string const settings = "--set states.count=3 --set cg.iterations=3 --set xd_grasp.iterations=3 "
                                 "--set llr.iterations=3 --set mbdl.patch=[16,32,32] --set outputs.cfl=true ";
    auto const plan = recon(scan, folder / "out", method, settings + "--plan --json");
    CAPTURE(method, plan.errors);
    REQUIRE(plan.status == 0);
    auto const result = recon(scan, folder / "out", method, settings + "--profile");
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(text_of(folder / "out" / "log.txt"), Catch::Contains("states: 3 by count, of "));
    CHECK_THAT(result.output, Catch::Contains("state 1:\n") && Catch::Contains("NRMSE"));
    CHECK(image_of(folder / "out").size() == 3 * 32 * 32 * 32);
    CHECK_THAT(text_of(folder / "out" / "image.hdr"), Catch::Contains("32 32 32 1 1 1 1 1 1 1 3 1 1 1 1 1"));
    for (char const* const name : {"views.png", "states.gif", "image_magnitude.nii.gz", "image_phase.nii.gz"})
        CHECK(std::filesystem::file_size(folder / "out" / name) > 1000);
    CHECK(std::filesystem::exists(folder / "out" / "cost.csv") == (method == "xd-grasp" || method == "llr"));
    check_peaks(plan.output, folder / "out" / "profile.json");
}

TEST_CASE("methods of several states want several states", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({16, 16, 16}, 2));
    auto const one = recon(scan, folder / "out", "xd-grasp");
    CHECK(one.status == 1);
    CHECK_THAT(one.errors, Catch::Contains("/method is xd-grasp: it needs several states, /states/count is 1"));
    auto const trusted = recon(scan, folder / "out", "cg-sense", "--trust --set states.count=2");
    CHECK(trusted.status == 1);
    CHECK_THAT(trusted.errors, Catch::Contains("/trust is for one image only"));
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
}

TEST_CASE("gating without breathing is refused, and nothing is written", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({16, 16, 16}, 2));
    auto const result = recon(scan, folder / "out", "gridding", "--set gating.kind=soft");
    CHECK(result.status == 1);
    CHECK_THAT(result.errors, Catch::Contains("k = 0 shows no breathing: trust is 0."));
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
    auto const file = recon(scan, folder / "out", "gridding", "--set gating.kind=soft --set gating.signal=file");
    CHECK(file.status == 1);
    CHECK_THAT(file.errors, Catch::Contains("the file has no respiratory signal"));
}

TEST_CASE("a gated image becomes a DICOM series, or the build says that it is without", "[tessera-recon][dicom]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, simulate(Context(), breathing_thorax()));
    auto const result =
        recon(scan, folder / "out", "gridding", "--set gating.kind=hard --set outputs.dicom=true --trust --set gridding.combine=maps");
    CAPTURE(result.errors);
    if (result.status != 0) {
        CHECK_THAT(result.errors, Catch::Contains("this build is without DCMTK"));
        return;
    }
    for (char const* const series : {"image", "trust_noise"})
        CHECK(std::distance(std::filesystem::directory_iterator(folder / "out/dicom" / series), {}) == 32);
    auto const again = recon(scan, folder / "out", "gridding", "--set outputs.dicom=false");
    CHECK(again.status == 0);
    CHECK_FALSE(std::filesystem::exists(folder / "out/dicom/image/0001.dcm")); // the files of a folder are those of one run
    auto const wrong = recon(scan, folder / "out", "gridding", "--set outputs.dicom=true --set outputs.dicom_reference=" + scan.string());
    CHECK(wrong.status == 1);
    CHECK_THAT(wrong.errors, Catch::Contains("scan.h5: not a DICOM file"));
}
