// Training, applying and comparing an equilibrium, as a user does.
#include "tests/support/training_run.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("an equilibrium goes on from unrolls, is trained, applied and compared", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const seen = training_scan(folder, "seen", 1), held_out = training_scan(folder, "held_out", 2);
    auto config = small_training(folder / "unrolls", {seen}, {held_out});
    REQUIRE(train(config).status == 0);
    auto const weights = folder / "unrolls/checkpoints/best.safetensors";

    fs::path const out = folder / "run";
    config["output"] = out.string();
    config["initial_weights"] = weights.string();
    config["model"]["kind"] = "equilibrium";
    config["model"]["equilibrium"] = Json::parse(R"({"penalty": 0.01, "lipschitz_iterations": 3, "iterations": 40, "tolerance": 0.02})");
    config["memory"]["checkpoints"] = "host";
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(result.errors, Catch::Contains("starting from"));
    CHECK_THAT(text_of(out / "log.txt"), Catch::Contains("fixed point after") && Catch::Contains("Lipschitz constant about"));
    for (double const v : column(out, "residual")) CHECK(v <= 0.02);
    for (double const v : column(out, "penalty")) CHECK(v > 0);
    for (double const v : column(out, "iterations_backward")) CHECK(v >= 1);
    auto const row = validation_row(out, 4, "held_out");
    CHECK(row.at("lipschitz") > 0.0);
    CHECK_THAT(text_of(out / "report.html"), Catch::Contains("Residual of the fixed point"));

    SECTION("going on") {
        config["steps"] = 6;
        auto const more = train(config, "--resume auto");
        CAPTURE(more.errors);
        CHECK(more.status == 0);
        CHECK(column(out, "residual").size() == 6);
    }
    SECTION("reconstructions") {
        auto const best = out / "checkpoints/best.safetensors";
        auto const image = apply_weights(best, held_out, folder / "image");
        CAPTURE(image.errors);
        REQUIRE(image.status == 0);
        CHECK_THAT(image.errors, Catch::Contains("an equilibrium (40 iterations at most, tolerance 0.02)"));
        auto const loose = apply_weights(best, held_out, folder / "loose", "--set mbdl.tolerance=0.3");
        CHECK(loose.status == 0);
        CHECK(relative_error(image_of(folder / "loose"), image_of(folder / "image")) > 1e-4);
        auto const early = apply_weights(best, held_out, folder / "early", "--set mbdl.iterations=2 --set mbdl.tolerance=1e-5");
        CHECK(early.status == 0);
        CHECK_THAT(early.errors,
            Catch::Contains("the fixed point has not converged") && Catch::Contains("after 2 iterations, 1e-05 is wanted"));
        auto const unrolled = apply_weights(best, held_out, folder / "no", "--set mbdl.unrolls=4");
        CHECK(unrolled.status != 0);
        CHECK_THAT(unrolled.errors, Catch::Contains("weights of an equilibrium, which has no unrolls"));
        auto const tolerant = apply_weights(weights, held_out, folder / "no", "--set mbdl.tolerance=0.1");
        CHECK(tolerant.status != 0);
        CHECK_THAT(tolerant.errors, Catch::Contains("weights of unrolls, not of an equilibrium"));
        auto const plan = apply_weights(best, held_out, folder / "no", "--plan");
        CHECK(plan.status == 0);
        CHECK_THAT(plan.output, Catch::Contains("fixed point"));

        auto const compared = run_program("tessera-compare",
            fmt::format(
                "{} -o {} --quiet --set device=cpu --set maps.source=file --set density.kind=radial --set trust.files=0 --set 'methods=[{{"
                "\"method\":\"cg-sense\"}},{{\"method\":\"mbdl\",\"mbdl\":{{\"weights\":\"{}\"}}}}]'",
                held_out.string(), (folder / "compared").string(), best.string()));
        CAPTURE(compared.errors);
        REQUIRE(compared.status == 0);
        CHECK_THAT(text_of(folder / "compared/comparison.md"), Catch::Contains("iterations") && Catch::Contains("residual"));
    }
}

TEST_CASE("a fixed point that is not reached in training is told once", "[tessera-train]") {
    TemporaryFolder const folder;
    auto config = small_training(folder / "run", {training_scan(folder, "seen", 1)}, {});
    config["model"]["kind"] = "equilibrium";
    config["model"]["equilibrium"] = Json::parse(R"({"tolerance": 1e-5, "iterations": 2, "gradient": "one_step"})");
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    auto const log = text_of(folder / "run/log.txt");
    CHECK_THAT(log, Catch::Contains("step 1: the fixed point has not converged: a relative residual of"));
    CHECK_THAT(log, !Catch::Contains("step 2: the fixed point"));
    CHECK_THAT(text_of(folder / "run/metrics.jsonl"), Catch::Contains("\"iterations_backward\": null"));
}
