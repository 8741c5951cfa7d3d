// The weights that come with the program, fitted to one scan.
#include "tests/support/training_run.h"

#include <fstream>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("a scan is adapted to, and never for the worse", "[adapt]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "scan", 3, {24, 26, 28}, 3, 3);
    auto const adapt = [&](std::string const& name, std::string const& more) {
        auto const result = run_program("tessera-train",
            fmt::format("{} -o {} --adapt --set data.scan.maps.source=file --set threads=1 --set validate_every=1 {}", scan.string(),
                (folder / name).string(), more));
        INFO(result.errors);
        REQUIRE(result.status == 0);
        CHECK_THAT(result.errors, Catch::Contains("adapted: the error of readouts that neither training nor choice has seen went from"));
        return folder / name / "checkpoints/best.safetensors";
    };
    auto const image = [&](std::string const& name, fs::path const& weights) {
        auto const result = recon(scan, folder / name, "mbdl",
            "--set maps.source=file --set threads=1" + (weights.empty() ? "" : " --set mbdl.weights=" + weights.string()));
        INFO(result.output);
        REQUIRE(result.status == 0);
        return image_of(folder / name);
    };
    auto const shipped = image("shipped", {});

    auto const good = adapt("good", "--set steps=2");
    CHECK(fs::exists(good));
    image("with_good", good);

    // Steps that only do harm: the weights are those that it began with, and patience ends it.
    auto const bad = adapt("bad", "--set steps=50 --set optimiser.learning_rate=0.03 --set schedule.kind=constant --set patience=2");
    CHECK_THAT(text_of(folder / "bad" / "log.txt"), Catch::Contains("no validation was better in 2 in a row"));
    auto const kept = image("with_bad", bad);
    REQUIRE(kept.size() == shipped.size());
    for (std::size_t i = 0; i < kept.size(); i += 97) {
        CHECK(kept[i].re == shipped[i].re);
        CHECK(kept[i].im == shipped[i].im);
    }
}

TEST_CASE("a reconstruction adapts its weights first", "[adapt]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "scan", 3, {24, 26, 28}, 3, 3);
    std::string const options = "--set maps.source=file --set threads=1 --set mbdl.adapt=2";
    auto const result = recon(scan, folder / "adapted", "mbdl", options);
    INFO(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(result.errors, Catch::Contains("adapted: the error of readouts that neither training nor choice has seen went from"));
    CHECK(fs::exists(folder / "adapted/adaptation.html"));
    CHECK(!fs::exists(folder / "adapted/adaptation"));

    // The image is that of the weights that it keeps.
    auto const weights = (folder / "adapted/adapted.safetensors").string();
    REQUIRE(recon(scan, folder / "again", "mbdl", "--set maps.source=file --set threads=1 --set mbdl.weights=" + weights).status == 0);
    CHECK(relative_error(image_of(folder / "again"), image_of(folder / "adapted")) < 1e-6);

    // What config.json says repeats the run; its plan is there.
    auto const config = text_of(folder / "adapted/config.json");
    CHECK_THAT(config, Catch::Contains("adapted.safetensors") && Catch::Contains("\"adapt\": 2"));
    auto const plan = recon(scan, folder / "planned", "mbdl", options + " --plan");
    CHECK(plan.status == 0);
    CHECK_THAT(plan.output, Catch::Contains("step"));
    CHECK(!fs::exists(folder / "planned"));

    auto const wrong = recon(scan, folder / "wrong", "cg-sense", options);
    CHECK(wrong.status == 1);
    CHECK_THAT(wrong.errors, Catch::Contains("/mbdl/adapt: method cg-sense has no weights"));
    CHECK(!fs::exists(folder / "wrong"));
}
