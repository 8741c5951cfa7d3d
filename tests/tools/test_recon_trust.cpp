// What --trust leaves behind.
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
