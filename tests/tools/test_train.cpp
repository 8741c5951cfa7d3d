// tessera-train on scans and configurations that are as they should be.
#include "tests/support/training_run.h"

#include <png.h>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

void check_png(fs::path const& path) {
    CAPTURE(path.string());
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, path.c_str()));
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr));
    auto const [darkest, brightest] = std::minmax_element(pixels.begin(), pixels.end());
    CHECK(*darkest != *brightest);
}

/// The .csv has the columns, rows and numbers of the .jsonl.
void check_table(fs::path const& stem, std::size_t rows) {
    CAPTURE(stem.string());
    auto const lines = rows_of(stem.string() + ".jsonl");
    std::istringstream csv(text_of(stem.string() + ".csv"));
    std::string line;
    std::getline(csv, line);
    std::string keys;
    for (auto const& [key, value] : lines.at(0).items()) keys += (keys.empty() ? "" : ",") + key;
    CHECK(line == keys);
    REQUIRE(lines.size() == rows);
    for (auto const& row : lines) {
        REQUIRE(std::getline(csv, line));
        std::istringstream cells(line + ",");
        for (auto const& [key, value] : row.items()) {
            std::string cell;
            REQUIRE(std::getline(cells, cell, ','));
            CAPTURE(key, cell);
            if (value.is_string()) CHECK(cell == value.get<std::string>());
            if (value.is_null()) CHECK(cell.empty());
            if (value.is_number()) CHECK(std::stod(cell) == value.get<double>());
        }
    }
    CHECK_FALSE(std::getline(csv, line));
}

double mean(std::vector<double> const& v, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += v.at(i);
    return sum / static_cast<double>(end - begin);
}

} // namespace

TEST_CASE("a training leaves its files, its loss falls, and its weights reconstruct as they validated", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const seen = training_scan(folder, "seen", 1), held_out = training_scan(folder, "held_out", 2);
    fs::path const out = folder / "run";
    auto config = small_training(out, {seen}, {held_out});
    config["steps"] = 20;
    config["validate_every"] = 10;
    config["optimiser"]["learning_rate"] = 0.01;
    config["loss"] = Json::parse(R"([{"kind": "l1"}, {"kind": "ssim", "weight": 0.1}, {"kind": "l1", "weight": 0.5}])");
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);

    SECTION("files") {
        auto const resolved = Json::parse(text_of(out / "config.json"));
        CHECK(resolved.at("model").at("network").at("resnet3d").at("channels") == 4);
        CHECK(resolved.at("schedule").at("kind") == "constant");
        auto const environment = Json::parse(text_of(out / "environment.json"));
        for (char const* key : {"version", "device", "threads", "seed", "parameters"})
            CHECK_FALSE(environment.at(key).get<std::string>().empty());
        CHECK_THAT(text_of(out / "log.txt"),
            Catch::Contains("1 scans to train on") && Catch::Contains("step 20, held_out: NRMSE") && Catch::Contains("wrote"));
        check_table(out / "metrics", 20);
        check_table(out / "validation", 6); // the scan and the mean, at 0, 10 and 20
        for (char const* step : {"000000", "000010", "000020"}) check_png(out / fmt::format("previews/step_{}.png", step));
        auto const html = text_of(out / "report.html");
        CHECK_THAT(html,
            Catch::Contains("The run is complete.") && Catch::Contains("src=\"data:image/png;base64,") &&
                Catch::Contains("held_out, step 20"));
        CHECK_FALSE(std::regex_search(html, std::regex(R"((src|href)="(?!data:|#))")));
        CHECK_THAT(html, !Catch::Contains("@import") && !Catch::Contains("url("));
        CHECK(std::distance(fs::directory_iterator(out), {}) == 10);
        CHECK(std::distance(fs::directory_iterator(out / "checkpoints"), {}) == 2);
        CHECK(std::distance(fs::directory_iterator(out / "previews"), {}) == 3);
    }
    SECTION("loss and the sum of its terms") {
        auto const loss = column(out, "loss");
        CHECK(mean(loss, 15, 20) < 0.9 * mean(loss, 0, 3));
        auto const l1 = column(out, "loss_l1"), ssim = column(out, "loss_ssim"), again = column(out, "loss_l1_2");
        for (std::size_t i = 0; i < loss.size(); ++i) {
            CHECK(l1[i] == again[i]);
            CHECK(loss[i] == Approx(1.5 * l1[i] + 0.1 * ssim[i]).epsilon(1e-4));
        }
    }
    SECTION("reconstruction") {
        auto const before = validation_row(out, 0, "held_out"), after = validation_row(out, 20, "held_out");
        double const untrained = before.at("volume_nrmse"), trained = after.at("volume_nrmse");
        CHECK(trained < 0.9 * untrained);
        for (std::string const weights : {"best", "last"}) {
            auto const image = apply_weights(out / "checkpoints" / (weights + ".safetensors"), held_out, folder / weights);
            CAPTURE(weights, image.errors);
            REQUIRE(image.status == 0);
            CHECK_THAT(image.errors, Catch::Contains("2 unrolls") && Catch::Contains("(exact)"));
            CHECK(printed_nrmse(image.output) ==
                Approx(trained).epsilon(0.01)); // both against the true object, shaded as maps of norm 1 see it
        }
        // patches of another size are as exact, another number of unrolls of shared weights is possible
        auto const best = out / "checkpoints/best.safetensors";
        REQUIRE(apply_weights(best, held_out, folder / "whole", "--set mbdl.patch=[64,64,64]").status == 0);
        CHECK(relative_error(image_of(folder / "whole"), image_of(folder / "best")) < 1e-4);
        auto const more = apply_weights(best, held_out, folder / "more", "--set mbdl.unrolls=4");
        CHECK(more.status == 0);
        CHECK_THAT(more.errors, Catch::Contains("4 unrolls"));
        auto const small_halo = apply_weights(best, held_out, folder / "halo", "--set mbdl.halo=0");
        CHECK(small_halo.status == 0);
        CHECK_THAT(small_halo.errors, Catch::Contains("halo of 0 (exact would be"));
        CHECK(relative_error(image_of(folder / "halo"), image_of(folder / "best")) > 1e-4);
    }
}

TEST_CASE("scans of different matrix, coils and readouts train one network", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const a = training_scan(folder, "a", 1, {8, 10, 12}, 2, 2), b = training_scan(folder, "b", 2, {9, 11, 7}, 3, 1);
    auto config = small_training(folder / "run", {}, {a, b});
    config["data"]["train"] = Json::array({folder.path().string()}); // a folder: both
    config["steps"] = 3;
    config["batch"] = 2;
    config["model"]["shared_weights"] = false;
    SECTION("towards the reference") {}
    SECTION("towards a reconstruction of all readouts, from part of them") {
        config["data"]["target"] = "reconstruction";
        config["data"]["readouts"] = {0.4, 0.6};
    }
    SECTION("with operators kept") { config["data"]["keep_operators"] = GENERATE("nothing", "device"); }
    SECTION("in the object only, by a gradient step") {
        config["loss_in_object"] = true;
        config["model"]["data_consistency"]["kind"] = "gradient";
    }
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK(column(folder / "run", "lambda_1").size() == 3);
    for (std::string const name : {"a", "b", "mean"}) {
        auto const row = validation_row(folder / "run", 3, name);
        CAPTURE(name);
        REQUIRE(row.is_object());
        CHECK(row.at("object_nrmse") < 0.6);
        CHECK(row.at("kspace_error").is_null());
    }
    for (auto const& scan : {a, b}) CHECK(apply_weights(folder / "run/checkpoints/best.safetensors", scan, folder / "image").status == 0);
}

TEST_CASE("operators may be kept on the device or the host: the same bits as without", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const a = training_scan(folder, "a", 1, {8, 10, 12}), b = training_scan(folder, "b", 2, {9, 8, 7}, 3, 1);
    auto config = small_training(folder / "read", {a, b}, {a});
    SECTION("all readouts, a convolution") {}
    SECTION("all readouts, gridded") { config["data"]["normal"] = "gridded"; }
    SECTION("drawn readouts") { config["data"]["readouts"] = {0.4, 0.6}; }
    SECTION("self-supervised") { config["data"]["supervision"] = "self_supervised"; }
    config["data"]["keep_operators"] = "nothing";
    REQUIRE(train(config).status == 0);
    for (std::string const where : {"host", "device"}) {
        config["output"] = (folder / where).string();
        config["data"]["keep_operators"] = where;
        REQUIRE(train(config).status == 0);
        CHECK(column(folder / where, "loss") == column(folder / "read", "loss"));
    }
}

TEST_CASE("what is kept for the gradients, and where, does not change what is learned", "[tessera-train]") {
    TemporaryFolder const folder;
    auto config = small_training(folder / "block", {training_scan(folder, "a", 1)}, {});
    config["steps"] = 5;
    REQUIRE(train(config).status == 0);
    auto const expected = column(folder / "block", "loss");
    CHECK(expected.back() != expected.front());
    for (std::string const policy : {"full", "unroll", "host"}) {
        config["output"] = (folder / policy).string();
        config["memory"]["policy"] = policy == "host" ? "block" : policy;
        config["memory"]["checkpoints"] = policy == "host" ? "host" : "device";
        auto const result = train(config);
        CAPTURE(policy, result.errors);
        REQUIRE(result.status == 0);
        auto const found = column(folder / policy, "loss");
        REQUIRE(found.size() == expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-3));
    }
}

TEST_CASE("self-supervised training measures held-out readouts against iterative SENSE", "[tessera-train]") {
    TemporaryFolder const folder;
    auto scan = small_scan({10, 12, 14}, 2, 2, 1, 20);
    scan.reference.reset();
    write_acquisition(folder / "scan.h5", scan);
    auto config = small_training(folder / "run", {folder / "scan.h5"}, {folder / "scan.h5"});
    config["data"]["supervision"] = "self_supervised";
    config["steps"] = 12;
    config["validate_every"] = 6;
    config["optimiser"]["learning_rate"] = 0.01;
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    auto const first = validation_row(folder / "run", 0, "scan"), last = validation_row(folder / "run", 12, "scan");
    double const before = first.at("kspace_error"), after = last.at("kspace_error"), sense = last.at("kspace_error_sense");
    CHECK(after < 0.97 * before);
    CHECK(sense > 0);
    CHECK(sense < 1);
    CHECK(last.at("object_nrmse").is_null());
    CHECK_THAT(result.errors, Catch::Contains("iterative SENSE predicts held-out readouts") && Catch::Contains("k-space error"));
    check_png(folder / "run/previews/step_000012.png");
    auto const image =
        apply_weights(folder / "run/checkpoints/best.safetensors", folder / "scan.h5", folder / "image", "--set maps.source=file");
    CAPTURE(image.errors);
    CHECK(image.status == 0);
}

TEST_CASE("2D scans train and reconstruct", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const a = training_scan(folder, "a", 1, {1, 24, 28}), b = training_scan(folder, "b", 2, {1, 20, 20});
    auto config = small_training(folder / "run", {a}, {b});
    config["steps"] = 10;
    config["optimiser"]["learning_rate"] = 0.01;
    config["memory"]["patch"] = {1, 8, 8};
    auto const result = train(config);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    auto const loss = column(folder / "run", "loss");
    CHECK(mean(loss, 7, 10) < mean(loss, 0, 3));
    auto const image = apply_weights(folder / "run/checkpoints/last.safetensors", b, folder / "image");
    CAPTURE(image.errors);
    REQUIRE(image.status == 0);
    CHECK(printed_nrmse(image.output) == Approx(validation_row(folder / "run", 10, "b").at("volume_nrmse").get<double>()).epsilon(0.01));
}

TEST_CASE("block-wise gradients are checked on the user's configuration", "[tessera-train]") {
    TemporaryFolder const folder;
    auto config = small_training(folder / "run", {training_scan(folder, "a", 1)}, {});
    auto const check = [&](std::string const& more) {
        auto const result = train(config, "--check-gradients " + more);
        CAPTURE(more, result.errors, result.output);
        REQUIRE(result.status == 0);
        std::smatch found;
        REQUIRE(
            std::regex_search(result.output, found, std::regex("weights ([0-9.e+-]+), (lambda|step) ([0-9.e+-]+), input ([0-9.e+-]+)")));
        for (std::size_t const i : {1, 3, 4}) CHECK(std::stod(found[i]) < 1e-3);
        CHECK(std::regex_search(result.output, std::regex("peak device memory: block [0-9.]+ .iB, full [0-9.]+ .iB")));
        CHECK_FALSE(fs::exists(folder / "run")); // nothing is trained, nothing is written
        return result;
    };
    CHECK_THAT(check("").output, Catch::Contains("10 x 12 x 14 voxels, patches of 5 x 6 x 7"));
    CHECK_THAT(check("--set model.data_consistency.kind=gradient --set memory.patch=[3,4,5]").output,
        Catch::Contains("patches of 3 x 4 x 5"));
    config["model"]["network"]["resnet3d"]["channels"] = 64; // feature maps are what does not fit
    auto const cropped = check("--set memory_limit_gib=0.0035 --set memory.patch=[2,2,2]");
    CHECK_THAT(cropped.output, Catch::Contains("(cropped from 10 x 12 x 14)"));
    CHECK_THAT(cropped.errors, Catch::Contains("the full volume of 10 x 12 x 14 does not fit"));
}
