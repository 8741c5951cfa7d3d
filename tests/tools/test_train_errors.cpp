// tessera-train, and tessera-recon with weights, where something cannot be meant: one sentence, exit status 1, nothing half-written.
#include "nn/weights/weights.h"
#include "tests/support/training_run.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// The sentence of a training that is refused before it writes anything.
std::string refusal(Json const& config, std::string const& more = "") {
    fs::path const out = config.at("output").get<std::string>();
    bool const existed = fs::exists(out);
    auto const result = train(config, "--quiet " + more);
    CAPTURE(result.errors);
    CHECK(result.status == 1);
    CHECK(result.output.empty());
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    CHECK_THAT(result.errors, Catch::StartsWith("error: "));
    CHECK(fs::exists(out) == existed);
    return result.errors;
}

/// The sentence of a reconstruction that is refused.
std::string unfit(fs::path const& weights, fs::path const& scan, std::string const& more = "") {
    TemporaryFolder const folder;
    auto const result = apply_weights(weights, scan, folder / "image", "--quiet " + more);
    CAPTURE(result.errors);
    CHECK(result.status == 1);
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
    CHECK_THAT(result.errors, Catch::StartsWith("error: "));
    CHECK_FALSE(fs::exists(folder / "image"));
    return result.errors;
}

std::map<fs::path, std::string> contents(fs::path const& folder) {
    std::map<fs::path, std::string> all;
    for (auto const& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) all[entry.path()] = text_of(entry.path());
    return all;
}

Matrix const kMatrix{6, 8, 8};

} // namespace

TEST_CASE("trainings that cannot be meant are refused in one sentence", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "a", 1, kMatrix);
    auto config = small_training(folder / "run", {scan}, {scan});
    SECTION("no reference to train towards") {
        auto a = small_scan(kMatrix, 2);
        a.reference.reset();
        write_acquisition(folder / "bare.h5", a);
        config["data"]["train"] = Json::array({(folder / "bare.h5").string()});
        CHECK_THAT(refusal(config),
            Catch::Contains("bare.h5: the file has no reference") && Catch::Contains("/data/target \"reconstruction\""));
    }
    SECTION("an unknown loss") {
        config["loss"] = Json::parse(R"([{"kind": "l3"}])");
        CHECK_THAT(refusal(config), Catch::Contains("/loss/0/kind") && Catch::Contains("l3"));
    }
    SECTION("no loss") {
        config["loss"] = Json::array();
        CHECK_THAT(refusal(config), Catch::Contains("/loss has no terms"));
    }
    SECTION("a validation scan that is not there") {
        config["data"]["validation"] = Json::array({(folder / "none.h5").string()});
        CHECK_THAT(refusal(config), Catch::Contains("none.h5: no such file"));
    }
    SECTION("an empty folder") {
        fs::create_directories(folder / "empty");
        config["data"]["train"] = Json::array({(folder / "empty").string()});
        CHECK_THAT(refusal(config), Catch::Contains("empty: the folder has no .h5 files"));
    }
    SECTION("no scans") {
        config["data"]["train"] = Json::array();
        CHECK_THAT(refusal(config), Catch::Contains("/data/train names no scans"));
        CHECK_THAT(refusal(config, "--check-gradients"), Catch::Contains("/data/train names no scans"));
    }
    SECTION("2D and 3D scans in one set") {
        config["data"]["train"].push_back(training_scan(folder, "flat", 1, {1, 12, 12}).string());
        CHECK_THAT(refusal(config), Catch::Contains("flat.h5") && Catch::Contains("2D"));
    }
    SECTION("more readouts at least than at most") {
        config["data"]["readouts"] = {0.6, 0.4};
        CHECK_THAT(refusal(config), Catch::Contains("/data/readouts"));
    }
    SECTION("a decay rate out of range") {
        config["optimiser"]["beta1"] = 1;
        CHECK_THAT(refusal(config), Catch::Contains("beta1"));
    }
    SECTION("a checkpoint that is not there") {
        CHECK_THAT(refusal(config, "--resume " + (folder / "none.safetensors").string()), Catch::Contains("none.safetensors"));
    }
    SECTION("an output that cannot be made") {
        std::ofstream(folder / "file") << "text";
        auto const result = train(small_training(folder / "run", {scan}, {}), "--quiet --set output=" + (folder / "file/run").string());
        CHECK(result.status == 1);
        CHECK_THAT(result.errors,
            Catch::StartsWith("error: " + (folder / "file/run").string()) && Catch::Contains("cannot make this folder"));
        CHECK(text_of(folder / "file") == "text");
    }
}

TEST_CASE("a run is neither overwritten nor continued as another one", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "a", 1, kMatrix);
    auto const config = small_training(folder / "run", {scan}, {scan});
    REQUIRE(train(config).status == 0);
    auto const before = contents(folder / "run");
    CHECK_THAT(refusal(config), Catch::Contains("holds a run already") && Catch::Contains("--resume auto"));
    CHECK_THAT(refusal(config, "--resume auto --set model.network.resnet3d.channels=5"),
        Catch::Contains("the checkpoint's network is another one"));
    CHECK_THAT(refusal(config, "--resume auto --set model.shared_weights=false"),
        Catch::Contains("the checkpoint's network is another one"));
    CHECK_THAT(refusal(config, "--resume auto --set seed=2"), Catch::Contains("the run had seed 1, /seed is 2"));
    CHECK_THAT(refusal(config, "--resume auto --set average=0.9"), Catch::Contains("training.average.") && Catch::Contains("is missing"));
    CHECK_THAT(refusal(config, "--resume " + (folder / "run/checkpoints/best.safetensors").string()),
        Catch::Contains("weights only, no state of a training run"));
    CHECK_THAT(refusal(config, "--resume " + scan.string()), Catch::Contains("a.h5"));
    CHECK(contents(folder / "run") == before);
}

TEST_CASE("a loss that is not finite ends the run and keeps the last good checkpoint", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "a", 1, kMatrix);
    fs::path const out = folder / "run", last = out / "checkpoints/last.safetensors";
    auto config = small_training(out, {scan}, {scan});
    REQUIRE(train(config).status == 0);
    std::string const good = text_of(last);
    config["steps"] = 20;
    config["checkpoint_every"] = 10;
    std::string const validate_every = GENERATE("1", "20"); // it shows in the validation, or in the step after
    auto const result = train(config, "--resume auto --quiet --set optimiser.learning_rate=1e30 --set validate_every=" + validate_every);
    CAPTURE(validate_every, result.errors);
    CHECK(result.status == 1);
    CHECK_THAT(result.errors,
        Catch::Contains("not finite") && Catch::Contains(validate_every == "1" ? "validation after step 5" : "step 6") &&
            Catch::Contains("scan a") && Catch::Contains("the last good checkpoint is " + last.string()));
    CHECK_THAT(text_of(out / "report.html"), Catch::Contains("Stopped by an error") && Catch::Contains("not finite"));
    CHECK_THAT(text_of(out / "log.txt"), Catch::Contains("not finite"));
    CHECK(bool(text_of(last) == good));
    CHECK(train(config, "--resume auto --set steps=5").status == 0);
}

TEST_CASE("weights that do not fit are refused in one sentence", "[tessera-recon]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "a", 1, kMatrix), flat = training_scan(folder, "flat", 1, {1, 12, 12});
    auto config = small_training(folder / "run", {scan}, {});
    config["steps"] = 1;
    config["model"]["shared_weights"] = false;
    REQUIRE(train(config).status == 0);
    fs::path const best = folder / "run/checkpoints/best.safetensors", other = folder / "other.safetensors";
    std::string const place = "error: " + best.string() + ": ";
    REQUIRE(apply_weights(best, scan, folder / "image").status == 0);

    CHECK_THAT(unfit("", flat),
        Catch::StartsWith("error: mbdl: none of the ") && Catch::Contains("2D scans")); // those that come with the program
    CHECK_THAT(unfit(other, scan), Catch::StartsWith("error: " + other.string()));
    CHECK_THAT(unfit(scan, scan), Catch::StartsWith("error: " + scan.string()));
    CHECK_THAT(unfit(best, scan, "--set density.kind=pipe"), Catch::StartsWith(place + "trained with other density compensation"));
    CHECK(unfit(best, flat) == place + "trained on 3D scans, this one is 2D\n");
    CHECK(unfit(best, scan, "--set mbdl.unrolls=3") == place + "weights for each of 2 unrolls, /mbdl/unrolls is 3\n");

    Safetensors const file(best);
    NamedTensors all;
    for (auto const& entry : file.entries()) all.push_back({entry.name, file.read(Context(), entry)});
    auto const refused = [&](NamedTensors const& tensors, Metadata const& metadata) {
        write_safetensors(other, tensors, metadata);
        return unfit(other, scan);
    };
    CHECK_THAT(refused(all, {}), Catch::Contains("these weights were not written by tessera-train"));
    for (char const* key : {"model", "memory", "scan", "sampling", "normalisation", "format_version"}) {
        auto metadata = file.metadata();
        metadata.erase(key);
        CAPTURE(key);
        CHECK_THAT(refused(all, metadata), Catch::StartsWith("error: " + other.string()));
    }
    auto metadata = file.metadata();
    metadata["model"] = "{\"unrolls\": 0}";
    CHECK_THAT(refused(all, metadata), Catch::Contains("/unrolls"));
    metadata["model"] = "{";
    CHECK_THAT(refused(all, metadata), Catch::StartsWith("error: " + other.string()));
    auto fewer = all;
    fewer.pop_back();
    CHECK_THAT(refused(fewer, file.metadata()), Catch::Contains("\"" + all.back().name + "\" is missing"));
    auto more = all;
    more.push_back({"surplus", all.front().value});
    CHECK_THAT(refused(more, file.metadata()), Catch::Contains("\"surplus\"") && Catch::Contains("is not a part of this model"));
    auto wrong = all;
    wrong.front().value.data()[0] = std::numeric_limits<real>::quiet_NaN();
    CHECK_THAT(refused(wrong, file.metadata()), Catch::Contains("is not finite at element 0"));
    fs::copy_file(best, other, fs::copy_options::overwrite_existing);
    fs::resize_file(other, fs::file_size(other) - 4);
    CHECK_THAT(unfit(other, scan), Catch::StartsWith("error: " + other.string()));
}
