// How programs end: signals, closed pipes, full devices, limits of the machine, and outputs that are inputs.
#include "tests/support/acquisitions.h"
#include "tests/support/training_run.h"

#include "core/files/manifest.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

std::string const kTools = std::string(TESSERA_BINARY_DIR) + "/tools/";

/// Writes a configuration and returns its path.
fs::path written(fs::path const& path, std::string const& text) {
    std::ofstream(path) << text;
    return path;
}

/// Starts a program, sends it a signal as soon as `sign` stands in its messages, and waits for its end.
ProgramResult stopped(TemporaryFolder const& folder, std::string const& program, fs::path const& config, std::string const& sign,
    char const* signal) {
    auto const err = folder / "stopped.err";
    std::string const command =
        fmt::format("{}{} {} > /dev/null 2> {} & p=$!; until grep -q '{}' {} 2> /dev/null || ! kill -0 $p; do sleep 0.01; done; "
                    "sleep 0.05; kill -{} $p; wait $p; exit $?",
            kTools, program, config.string(), err.string(), sign, err.string(), signal);
    int const status = std::system(command.c_str());
    return {WEXITSTATUS(status), "", text_of(err)};
}

ProgramResult shell(std::string const& command) {
    TemporaryFolder const folder;
    int const status = std::system(fmt::format("( {} ) > {} 2> {}", command, (folder / "out").string(), (folder / "err").string()).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(folder / "out"), text_of(folder / "err")};
}

} // namespace

TEST_CASE("a reconstruction that is interrupted cleans up and says so", "[endings]") {
    TemporaryFolder const folder;
    auto const [signal, status] = GENERATE(std::pair("INT", 130), std::pair("TERM", 143));
    write_acquisition(folder / "a.h5", small_scan());
    auto const config = written(folder / "c.json",
        fmt::format(R"({{"input": "{}", "output": "{}", "device": "cpu", "method": "cg-sense",
        "density": {{"kind": "radial"}}, "maps": {{"source": "file"}}, "cg": {{"iterations": 100000000, "tolerance": 0}}}})",
            (folder / "a.h5").string(), (folder / "out").string()));
    auto const result = stopped(folder, "tessera-recon", config, "maps: from", signal);
    CAPTURE(result.errors);
    CHECK(result.status == status);
    CHECK_THAT(result.errors, Catch::Contains("error: interrupted by "));
    CHECK_FALSE(fs::exists(folder / "out"));
    CHECK(files_in(folder.path()) == 3); // scan, configuration, messages
}

TEST_CASE("a simulation and a comparison that are interrupted end with the signal's status", "[endings]") {
    TemporaryFolder const folder;
    auto const simulation = written(folder / "simulate.json",
        fmt::format(R"({{"output": "{}", "device": "cpu", "simulation": {{"matrix": [64, 64, 64],
        "coils": {{"coils": 64}}, "coils_per_pass": 1}}}})",
            (folder / "s.h5").string()));
    auto const result = stopped(folder, "tessera-simulate", simulation, "simulating on", "INT");
    CAPTURE(result.errors);
    CHECK(result.status == 130);
    CHECK_FALSE(fs::exists(folder / "s.h5"));

    write_acquisition(folder / "a.h5", small_scan());
    auto const comparison = written(folder / "k.json",
        fmt::format(R"({{"input": ["{}"], "output": "{}", "device": "cpu",
        "density": {{"kind": "radial"}}, "maps": {{"source": "file"}}, "methods": [{{"name": "slow", "method": "cg-sense",
        "cg": {{"iterations": 100000000, "tolerance": 0}}}}]}})",
            (folder / "a.h5").string(), (folder / "out").string()));
    auto const second = stopped(folder, "tessera-compare", comparison, "maps: from", "TERM");
    CAPTURE(second.errors);
    CHECK(second.status == 143);
}

TEST_CASE("a reader that goes away ends no program, a full device does", "[endings]") {
    CHECK(shell(kTools + "tessera-recon --print-schema > /dev/full").status == 1);
    CHECK_THAT(shell(kTools + "tessera-recon --print-schema > /dev/full").errors, Catch::Contains("No space left on device"));
    CHECK(shell(kTools + "tessera-recon --version > /dev/full").status == 1);
    CHECK(shell("bash -c 'set -o pipefail; " + kTools + "tessera-train --print-schema | true'").status == 0);
    TemporaryFolder const folder;
    auto const config = small_training(folder / "run", {training_scan(folder, "a", 1)}, {});
    auto const result = shell("bash -c 'set -o pipefail; " + kTools + "tessera-train " + training_arguments(config) + " 2>&1 | head -n 1'");
    CAPTURE(result.errors);
    CHECK(result.status == 0);
    CHECK(rows_of(folder / "run/metrics.jsonl").size() == 4);
}

TEST_CASE("no output is an input", "[endings]") {
    TemporaryFolder const folder;
    auto const text = [&](fs::path const& output) { return fmt::format(R"({{"output": "{}"}})", output.string()); };
    auto const refused = [&](std::string const& program, fs::path const& config) {
        auto const before = text_of(config);
        auto const result = run_program(program, config.string());
        CAPTURE(result.errors);
        CHECK(result.status == 1);
        CHECK_THAT(result.errors, Catch::Contains("would be overwritten by the output"));
        CHECK(text_of(config) == before);
    };
    refused("tessera-simulate", written(folder / "scan.json", text(folder / "scan.h5"))); // its configuration goes to scan.json
    fs::create_directory(folder / "sub");
    refused("tessera-simulate", written(folder / "b.json", text(folder / "sub/../b.json")));
    fs::create_symlink(folder / "c.json", folder / "link.h5");
    refused("tessera-simulate", written(folder / "c.json", text(folder / "link.h5")));

    write_acquisition(folder / "volume.h5", small_scan());
    auto const scan = text_of(folder / "volume.h5");
    refused("tessera-recon",
        written(folder / "d.json",
            fmt::format(R"({{"input": "{}", "output": "{}"}})", (folder / "volume.h5").string(), folder.path().string())));
    refused("tessera-recon",
        written(folder / "config.json",
            fmt::format(R"({{"input": "{}", "output": "{}"}})", (folder / "none.h5").string(), folder.path().string())));
    CHECK(bool(text_of(folder / "volume.h5") == scan));
}

TEST_CASE("a folder of results has the files of one run, which its configuration names and repeats", "[endings]") {
    TemporaryFolder const folder;
    fs::path const out = folder / "out";
    write_acquisition(folder / "a.h5", small_scan());
    std::string const fast = "--set device=cpu --set density.kind=radial --set maps.source=file --set cg.iterations=2 ";
    REQUIRE(recon(folder / "a.h5", out, "cg-sense", fast + "--set 'sweep.lambda=[0.1,0.2]'").status == 0);
    CHECK(fs::exists(out / "sweep.csv"));
    std::ofstream(out / "mine.txt") << "mine";
    REQUIRE(recon(folder / "a.h5", out, "gridding", fast).status == 0);
    CHECK_FALSE(fs::exists(out / "sweep.csv"));
    CHECK(text_of(out / "mine.txt") == "mine");
    auto const files = files_of_run(out);
    for (auto const& name : files) CHECK(fs::exists(out / name));
    CHECK(files.size() == 6);
    auto const again = run_program("tessera-recon", (out / "config.json").string());
    CAPTURE(again.errors);
    CHECK(again.status == 0);
}

TEST_CASE("settings beyond any machine are refused by their limits", "[endings]") {
    TemporaryFolder const folder;
    auto const config = written(folder / "c.json", fmt::format(R"({{"output": "{}"}})", (folder / "s.h5").string()));
    auto const refused = [&](std::string const& program, std::string const& arguments) {
        auto const result = run_program(program, arguments, "ulimit -t 20; ");
        CAPTURE(arguments, result.errors);
        CHECK(result.status == 1);
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
        return result.errors;
    };
    for (char const* setting : {"'simulation.matrix=[4294967296,4294967296,1]'", "simulation.coils.coils=1000000000",
             "simulation.supersample=1000", "simulation.trajectory.samples=100000000"})
        CHECK_THAT(refused("tessera-simulate", config.string() + " --set " + setting), Catch::Contains("expected an integer from"));
    CHECK_THAT(refused("tessera-simulate", config.string() + " --quiet --set 'simulation.matrix=[8192,8192,8192]'"),
        Catch::Contains("memory"));
    auto const scan = written(folder / "r.json", fmt::format(R"({{"input": "{0}", "output": "{0}"}})", (folder / "none").string()));
    for (char const* program : {"tessera-recon", "tessera-compare"})
        CHECK_THAT(refused(program, scan.string() + " --set threads=100000" + (program[8] == 'c' ? " --set 'input=[]'" : "")),
            Catch::Contains("expected an integer from 1 to 1024"));
    auto const deep = written(folder / "deep.json", std::string(65600, '[') + std::string(65600, ']'));
    for (char const* program : {"tessera-recon", "tessera-compare", "tessera-simulate", "tessera-train", "tessera-bench"})
        CHECK_THAT(refused(program, deep.string()), Catch::Contains("nested deeper than 64 levels"));
}

TEST_CASE("what would fail after hours of work fails before it", "[endings]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "a.h5", small_scan());
    auto const bad = written(folder / "weights.safetensors", "no weights");
    auto const soon = [&](ProgramResult const& result) {
        CAPTURE(result.errors);
        CHECK(result.status == 1);
        CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1); // nothing was prepared
        CHECK_THAT(result.errors, Catch::Contains(bad.string()));
    };
    soon(recon(folder / "a.h5", folder / "out", "mbdl", "--set mbdl.weights=" + bad.string()));
    auto const comparison = [&](std::string const& more) {
        auto const config = written(folder / "k.json",
            fmt::format(R"({{"input": ["{}"], "output": "{}", "methods":
            [{{"name": "a", "method": "gridding"}}, {{"name": "b", "method": "mbdl", "mbdl": {{"weights": "{}"}}}}]}})",
                (folder / "a.h5").string(), (folder / "cmp").string(), bad.string()));
        return run_program("tessera-compare", config.string() + more);
    };
    soon(comparison(""));
    auto const reference = written(folder / "reference.nii", "no volume");
    auto const no_reference =
        comparison(" --set 'methods=[{\"name\": \"a\", \"method\": \"gridding\"}]' --set 'reference=[\"" + reference.string() + "\"]'");
    CAPTURE(no_reference.errors);
    CHECK(no_reference.status == 1);
    CHECK_THAT(no_reference.errors, Catch::Contains(reference.string()) && !Catch::Contains("gridding"));
    CHECK_FALSE(fs::exists(folder / "cmp"));
    soon(train(small_training(folder / "run", {folder / "a.h5"}, {}), "--resume " + bad.string()));
}

TEST_CASE("two trainings do not write to one folder", "[endings]") {
    TemporaryFolder const folder;
    auto config = small_training(folder / "run", {training_scan(folder, "a", 1)}, {});
    config["steps"] = 100000;
    config["checkpoint_every"] = 1000000;
    auto const arguments = training_arguments(config);
    auto const result = shell(
        fmt::format("{0}tessera-train {1} > /dev/null 2>&1 & p=$!; until [ -s {2}/metrics.csv ] && [ $(wc -l < {2}/metrics.csv) -gt 1 ] "
                    "|| ! kill -0 $p; do sleep 0.01; done; {0}tessera-train {1}; s=$?; kill -KILL $p; wait $p; exit $s",
            kTools, arguments, (folder / "run").string()));
    CAPTURE(result.errors);
    CHECK(result.status == 1);
    CHECK_THAT(result.errors, Catch::Contains("another training is writing to this folder"));
    config["steps"] = 1; // and the killed one blocks nobody
    CHECK(train(config).status == 0);
    for (auto const& entry : fs::recursive_directory_iterator(folder / "run")) CHECK_FALSE(entry.path().string().ends_with(".part"));
}

TEST_CASE("an unknown voxel size is said in the log", "[endings]") {
    TemporaryFolder const folder;
    write_unchecked(folder / "a.h5", random_acquisition(2, 40, 12, {12, 12, 12})); // no field of view
    auto const result = recon(folder / "a.h5", folder / "out", "gridding", "--set device=cpu");
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK_THAT(text_of(folder / "out/log.txt"), Catch::Contains("the field of view is unknown: images get voxels of 1 mm"));
}
