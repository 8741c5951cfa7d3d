// tessera-simulate and tessera-recon with a patient who breathes.
#include "tests/support/breathing_scan.h"
#include "tests/support/recon_scan.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

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
