// A training that is stopped and goes on leaves what one leaves that was never stopped, bit for bit.
#include "tests/support/training_run.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// Starts a training, sends it a signal when the row of `step` is in its metrics, and waits for its end.
ProgramResult stop_after(index_t step, char const* signal, Json const& config, std::string const& more = "") {
    TemporaryFolder const folder;
    std::string const out = config.at("output");
    std::string const command = fmt::format("{0}/tools/tessera-train {1} > {2} 2> {3} & p=$!; "
                                            "until grep -q '^{4},' {5}/metrics.csv 2> /dev/null || ! kill -0 $p; do sleep 0.01; done; "
                                            "kill -{6} $p; wait $p; exit $?",
        TESSERA_BINARY_DIR, training_arguments(config, more), (folder / "out").string(), (folder / "err").string(), step, out, signal);
    int const status = std::system(command.c_str());
    return {WEXITSTATUS(status), text_of(folder / "out"), text_of(folder / "err")};
}

/// Everything that decides how training goes on is in use: random readouts, batches, order, moments, average, schedule.
Json full_training(TemporaryFolder const& folder, std::string const& name) {
    auto const a = folder / "a.h5", b = folder / "b.h5", c = folder / "c.h5";
    if (!fs::exists(c)) {
        training_scan(folder, "a", 1);
        training_scan(folder, "b", 2, {9, 13, 11}, 3, 1.5);
        training_scan(folder, "c", 3);
    }
    auto config = small_training(folder / name, {a, b}, {c, b});
    config["data"]["readouts"] = {0.4, 0.9};
    config["batch"] = 2;
    config["average"] = 0.9;
    config["optimiser"] = {{"kind", "adamw"}, {"learning_rate", 0.01}, {"weight_decay", 0.01}, {"clip_norm", 0.5}};
    config["schedule"] = {{"kind", "cosine"}, {"warm_up", 3}};
    config["steps"] = 14;
    config["checkpoint_every"] = 3;
    config["validate_every"] = 4;
    return config;
}

void check_equal(fs::path const& found, fs::path const& expected) {
    for (char const* name : {"checkpoints/last.safetensors", "checkpoints/best.safetensors", "validation.csv", "validation.jsonl",
             "previews/step_000000.png", "previews/step_000008.png", "previews/step_000014.png"}) {
        CAPTURE(name);
        CHECK(text_of(expected / name).size() > 100);
        CHECK(bool(text_of(found / name) == text_of(expected / name))); // not the bytes themselves in the message
    }
    auto a = rows_of(found / "metrics.jsonl"), b = rows_of(expected / "metrics.jsonl");
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (char const* key : {"seconds", "peak_bytes"}) a[i].erase(key), b[i].erase(key);
        CHECK(a[i] == b[i]);
    }
    CHECK(rows_of(found / "metrics.jsonl").back().at("step") == 14);
    CHECK_THAT(text_of(found / "report.html"), Catch::Contains("The run is complete."));
}

} // namespace

TEST_CASE("a training that is killed goes on bit for bit", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const whole = train(full_training(folder, "whole"));
    CAPTURE(whole.errors);
    REQUIRE(whole.status == 0);

    auto const config = full_training(folder, "killed");
    std::string more;
    for (index_t const step : {4, 8}) { // killed twice
        auto const killed = stop_after(step, "KILL", config, more);
        CAPTURE(killed.errors);
        REQUIRE(killed.status == 137);
        auto const rows = rows_of(folder / "killed/metrics.jsonl").size();
        REQUIRE(rows >= static_cast<std::size_t>(step));
        REQUIRE(rows < 14);
        more = "--resume auto";
    }
    auto const on = train(config, more);
    CAPTURE(on.errors);
    REQUIRE(on.status == 0);
    CHECK_THAT(on.errors, Catch::Contains("going on after step"));
    check_equal(folder / "killed", folder / "whole");

    // nothing is left to do: everything stays
    REQUIRE(train(config, more).status == 0);
    REQUIRE(train(config, more + " --set steps=10").status == 0);
    check_equal(folder / "killed", folder / "whole");
}

TEST_CASE("a training that is interrupted saves, says how to go on, and goes on bit for bit", "[tessera-train]") {
    TemporaryFolder const folder;
    REQUIRE(train(full_training(folder, "whole")).status == 0);
    auto const [signal, status] = GENERATE(std::pair<std::string, int>("INT", 130), std::pair<std::string, int>("TERM", 143));
    auto const config = full_training(folder, "stopped");
    auto const stopped = stop_after(4, signal.c_str(), config);
    CAPTURE(stopped.errors);
    REQUIRE(stopped.status == status);
    CHECK(std::regex_search(stopped.errors, std::regex("stopped after step [0-9]+ of 14; --resume auto goes on")));
    CHECK_THAT(text_of(folder / "stopped/report.html"), Catch::Contains("Stopped on request after step"));
    auto const rows = rows_of(folder / "stopped/metrics.jsonl").size();
    CHECK(rows < 14);
    auto const on = train(config, "--resume auto");
    CAPTURE(on.errors);
    REQUIRE(on.status == 0);
    CHECK_THAT(on.errors, Catch::Contains(fmt::format("going on after step {}", rows))); // the step of the signal was not lost
    check_equal(folder / "stopped", folder / "whole");
}

TEST_CASE("a run without validation, with distinct weights and self-supervision goes on bit for bit", "[tessera-train]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "a", 1);
    auto const config = [&](std::string const& name) {
        auto c = small_training(folder / name, {scan}, {});
        c["data"]["supervision"] = "self_supervised";
        c["model"]["shared_weights"] = false;
        c["steps"] = 12;
        c["checkpoint_every"] = 5;
        return c;
    };
    REQUIRE(train(config("whole"), "--resume auto").status == 0); // there is nothing to go on with: a new run
    REQUIRE(stop_after(6, "KILL", config("killed")).status == 137);
    REQUIRE(rows_of(folder / "killed/metrics.jsonl").size() < 12);
    // from a checkpoint that is named
    REQUIRE(train(config("killed"), "--resume " + (folder / "killed/checkpoints/last.safetensors").string()).status == 0);
    for (char const* name : {"last", "best"}) {
        auto const file = fmt::format("checkpoints/{}.safetensors", name);
        CHECK(text_of(folder / "whole" / file).size() > 100);
        CHECK(bool(text_of(folder / ("killed/" + file)) == text_of(folder / ("whole/" + file))));
    }
}
