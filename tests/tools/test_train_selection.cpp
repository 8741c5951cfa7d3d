// Self-supervised training: what chooses the best weights is not what is reported, and neither is trained on.
#include "nn/weights/safetensors.h"
#include "recon/sense/held_out.h"
#include "tests/support/training_run.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// A self-supervised run of eight steps with two validations on the way, on a noisy scan whose samples of some readouts are ten times as
/// large: what training takes away from the image, noise above all, makes it predict the others better and these worse.
Json run_with_tenfold(TemporaryFolder const& folder, std::string const& name, std::vector<index_t> const& readouts,
    Matrix const& matrix = {10, 12, 14}) {
    auto scan = small_scan(matrix, 2, 2, 1, 20);
    scan.reference.reset();
    index_t const all = scan.readouts(), n = scan.samples();
    for (index_t c = 0; c < scan.kspace.shape()[0]; ++c)
        for (index_t const r : readouts)
            for (index_t k = 0; k < n; ++k) {
                complex& y = scan.kspace.data()[(c * all + r) * n + k];
                y = {10 * y.re, 10 * y.im};
            }
    fs::create_directories(folder / name);
    write_acquisition(folder / name / "scan.h5", scan);
    auto config = small_training(folder / name / "run", {folder / name / "scan.h5"}, {folder / name / "scan.h5"});
    config["data"]["supervision"] = "self_supervised";
    config["steps"] = 8;
    config["validate_every"] = 4;
    config["optimiser"]["learning_rate"] = 0.01;
    auto const result = train(config);
    CAPTURE(name, result.errors);
    REQUIRE(result.status == 0);
    return config;
}

std::vector<double> means(fs::path const& run, std::string const& name) {
    std::vector<double> values;
    for (index_t const step : {0, 4, 8}) values.push_back(validation_row(run, step, "mean").at(name).get<double>());
    return values;
}

std::vector<real> weights(fs::path const& run, std::string const& name) {
    Safetensors const file(run / "checkpoints" / (name + ".safetensors"));
    std::vector<real> all;
    for (auto const& entry : file.entries()) {
        if (!entry.name.starts_with("regulariser")) continue;
        auto const values = file.read(Context(), entry).to_host();
        all.insert(all.end(), values.begin(), values.end());
    }
    REQUIRE(!all.empty());
    return all;
}

} // namespace

TEST_CASE("the best weights are chosen by other readouts than those that are reported", "[tessera-train]") {
    TemporaryFolder const folder;
    index_t const readouts = small_scan({10, 12, 14}, 2, 2, 1, 20).readouts();
    auto const parts = hold_out_twice(readouts, 0.1, 0.05, 1);
    run_with_tenfold(folder, "as_it_is", {});
    run_with_tenfold(folder, "reported", parts.report);
    run_with_tenfold(folder, "chosen", parts.choose);
    auto const plain = folder / "as_it_is/run", reported = folder / "reported/run", chosen = folder / "chosen/run";

    // Nothing is trained on either part.
    CHECK(column(reported, "loss") == column(plain, "loss"));
    CHECK(column(chosen, "loss") == column(plain, "loss"));
    CHECK(weights(reported, "last") == weights(plain, "last"));
    // Each figure is of its own part, and SENSE of what is reported.
    CHECK(means(reported, "kspace_error_selection") == means(plain, "kspace_error_selection"));
    CHECK(means(chosen, "kspace_error") == means(plain, "kspace_error"));
    CHECK(means(reported, "kspace_error")[0] > 1.2 * means(plain, "kspace_error")[0]);
    CHECK(means(chosen, "kspace_error_selection")[0] > 1.2 * means(plain, "kspace_error_selection")[0]);
    CHECK(means(reported, "kspace_error_sense")[0] > 1.2 * means(plain, "kspace_error_sense")[0]);

    // What is reported worsens with every step where it is tenfold, and the last weights are the best all the same; and the reverse.
    auto const worse = means(reported, "kspace_error"), worse_choice = means(chosen, "kspace_error_selection");
    REQUIRE(worse[2] > worse[1]);
    REQUIRE(worse_choice[2] > worse_choice[1]);
    CHECK(weights(reported, "best") == weights(reported, "last"));
    CHECK(weights(chosen, "best") != weights(chosen, "last"));
    CHECK_THAT(text_of(reported / "report.html"),
        Catch::Contains(fmt::format("step 8, by the readouts to choose by; k-space error {:.4f}", worse[2])));

    // Which readouts they are stands beside the figures.
    auto const written = Json::parse(text_of(plain / "held_out.json")).at(0);
    CHECK(written.at("report") == Json(parts.report));
    CHECK(written.at("choose") == Json(parts.choose));
    CHECK(written.at("readouts") == readouts);
    CHECK_THAT(text_of(plain / "log.txt"),
        Catch::Contains(fmt::format("{} readouts: errors are reported on {}, the best weights are chosen by {} others, {} are trained on",
            readouts, parts.report.size(), parts.choose.size(), parts.used.size())));
}

TEST_CASE("self-supervised training is measured beside compressed sensing, found once", "[tessera-train]") {
    TemporaryFolder const folder;
    auto config = run_with_tenfold(folder, "a", {}, {16, 18, 20}); // wavelets need 16 voxels
    auto const run = folder / "a/run";
    auto const kept = Json::parse(text_of(run / "baselines.json"));
    REQUIRE(kept.size() == 1);
    double const wavelets = kept[0]["l1_wavelet"]["kspace_error"], sense = kept[0]["sense"]["kspace_error"];
    CHECK(wavelets > 0.01);
    CHECK(wavelets < 1); // better than no image
    for (index_t const step : {0, 4, 8}) {
        auto const row = validation_row(run, step, "scan");
        CHECK(row.at("kspace_error_l1_wavelet") == wavelets);
        CHECK(row.at("kspace_error_sense") == sense);
    }
    CHECK_THAT(text_of(run / "report.html"), Catch::Contains("compressed sensing, best"));
    CHECK_THAT(text_of(run / "log.txt"), Catch::Contains("l1-wavelet predicts held-out readouts"));

    // A run that goes on takes them from the folder: what stands there is what it shows.
    std::ofstream(run / "baselines.json") << [&] {
        auto changed = kept;
        changed[0]["l1_wavelet"]["kspace_error"] = 0.125;
        return changed.dump();
    }();
    config["steps"] = 12;
    auto const resumed = train(config, "--resume auto");
    CAPTURE(resumed.errors);
    REQUIRE(resumed.status == 0);
    CHECK(validation_row(run, 12, "scan").at("kspace_error_l1_wavelet") == 0.125);
    CHECK_THAT(resumed.errors, !Catch::Contains("l1-wavelet predicts"));

    // Not with other weights to try, nor from a file that is not readable.
    config["steps"] = 16;
    config["baselines"]["l1_wavelet"] = {0.01};
    REQUIRE(train(config, "--resume auto").status == 0);
    CHECK(validation_row(run, 16, "scan").at("kspace_error_l1_wavelet") != 0.125);
    CHECK(Json::parse(text_of(run / "baselines.json")).size() == 2);
    std::ofstream(run / "baselines.json") << "[{";
    config["steps"] = 20;
    config["baselines"]["l1_wavelet"] = Json::array();
    auto const again = train(config, "--resume auto");
    CAPTURE(again.errors);
    REQUIRE(again.status == 0);
    CHECK_THAT(again.errors, Catch::Contains("baselines.json: not readable") && Catch::Contains("iterative SENSE predicts"));
    CHECK(validation_row(run, 20, "scan").at("kspace_error_l1_wavelet").is_null());
    CHECK(validation_row(run, 20, "scan").at("kspace_error_sense") == sense);
}
