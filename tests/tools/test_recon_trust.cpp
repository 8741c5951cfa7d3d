// What --trust leaves behind.
#include "core/files/hdf5.h"
#include "recon/formats/nifti/nifti.h"
#include "tests/support/training_run.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("a reconstruction says what it can be trusted with", "[trust]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({24, 24, 24}, 3, 2));
    auto const figures = [&](std::string const& name, std::string const& more) {
        auto const result = recon(scan, folder / name, "cg-sense", "--set maps.source=file --trust " + more);
        INFO(result.output);
        REQUIRE(result.status == 0);
        std::ifstream in(folder / name / "trust.json");
        return Json::parse(in);
    };
    auto const few = figures("few", "--set cg.iterations=1 --set cg.lambda=3"), many = figures("many", "--set cg.iterations=10");
    CHECK(many.at("sentences").size() == 2);
    CHECK(many.at("lesion_recovery").get<double>() == Approx(1).margin(0.3));
    CHECK(std::abs(1 - many.at("lesion_recovery").get<double>()) < std::abs(1 - few.at("lesion_recovery").get<double>()));
    CHECK(many.at("repeat_difference").get<double>() > 0);
    CHECK(few.at("repeat_difference").get<double>() != many.at("repeat_difference").get<double>());
    CHECK(read_nifti(Context(), folder / "many" / "trust_noise.nii.gz").values.shape() == Shape{24, 24, 24});
    CHECK(read_nifti(Context(), folder / "many" / "trust_lesion.nii.gz").values.shape() == Shape{24, 24, 24});
    auto const config = Json::parse(text_of(folder / "many" / "config.json"));
    CHECK(config.at("trust") == true);

    auto const plain = recon(scan, folder / "many", "cg-sense", "--set maps.source=file"); // in the place of the other
    CHECK(plain.status == 0);
    CHECK(!fs::exists(folder / "many" / "trust.json"));
}

TEST_CASE("maps and the signal-to-noise ratio are files when they are asked for, and are planned", "[trust]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({24, 20, 16}, 3, 2));
    std::string const settings = "--set outputs.maps=true --set outputs.snr_replicas=3 --set cg.iterations=4 ";
    auto const plan = recon(scan, folder / "out", "cg-sense", settings + "--plan --json");
    auto const result = recon(scan, folder / "out", "cg-sense", settings + "--profile");
    INFO(result.output);
    REQUIRE(result.status == 0);
    REQUIRE(plan.status == 0);
    CHECK(read_nifti(Context(), folder / "out" / "snr.nii.gz").values.shape() == Shape{24, 20, 16});
    hdf5::File const maps(folder / "out" / "maps.h5");
    CHECK(maps.info("maps").shape == Shape{3, 24, 20, 16});
    auto const values = maps.read<Complex<float>>("maps");
    double squares = 0;
    for (std::size_t c = 0; c < 3; ++c) squares += static_cast<double>(norm2(values[c * 24 * 20 * 16 + 4321]));
    CHECK(squares == Approx(1).margin(0.01));
    for (char const* const peak : {"device_peak_bytes", "host_peak_bytes"}) {
        CAPTURE(peak);
        auto const planned = Json::parse(plan.output).at(peak).get<double>();
        auto const measured = Json::parse(text_of(folder / "out" / "profile.json")).at(peak).get<double>();
        CHECK(planned >= measured);
        CHECK(planned <= 1.1 * measured);
    }
    auto const states = recon(scan, folder / "states", "cg-sense", settings + "--set states.count=2");
    CHECK(states.status == 1);
    CHECK_THAT(states.errors, Catch::Contains("/outputs/snr_replicas is for one image only"));
}
