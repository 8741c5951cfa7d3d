// tools/gpu/run_on_gpu.sh with stand-ins for the programs of a bundle: what it writes, and when it ends.
#include "tests/support/catch.h"
#include "tests/support/run_program.h"

#include <chrono>
#include <nlohmann/json.hpp>

using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

class Bundle {
public:
    Bundle() {
        fs::create_directories(folder / "tessera-gpu" / "bin");
        fs::create_directories(folder / "tessera-gpu" / "configs");
        fs::copy_file(TESSERA_SOURCE_DIR "/tools/gpu/run_on_gpu.sh", folder / "tessera-gpu" / "run_on_gpu.sh");
        std::ofstream(folder / "tessera-gpu" / "version") << "1.2.3\n";
        std::ofstream(folder / "tessera-gpu" / "build_folder") << (folder / "build").string() << '\n';
        for (char const* name : {"test_core", "test_nn", "test_recon", "tessera-simulate", "tessera-train", "tessera-recon"})
            program(name, "echo \"All tests passed on $TESSERA_DEVICES\"");
        program("test_kernels", "echo 'test cases: 2 | 1 \"failed\"'; exit 3");
        program("tessera-bench", "case \"$*\" in *device=cuda*) echo no driver; exit 1;; esac; echo '  1.5 0.1 0.2'");
    }
    void program(std::string const& name, std::string const& body) const {
        auto const path = folder / "tessera-gpu" / "bin" / name;
        std::ofstream(path) << "#!/bin/sh\n" << body << '\n';
        fs::permissions(path, fs::perms::owner_all);
    }
    /// Runs it without any environment but `settings`; exit status.
    int run(std::string const& settings) const {
        auto const script = folder / "tessera-gpu" / "run_on_gpu.sh";
        return WEXITSTATUS(
            std::system(("env -i OUT=" + out.string() + " " + settings + " " + script.string() + " > /dev/null 2>&1").c_str()));
    }
    std::vector<nlohmann::json> results() const {
        std::vector<nlohmann::json> all;
        std::ifstream file(out / "summary.jsonl");
        for (std::string line; std::getline(file, line);) all.push_back(nlohmann::json::parse(line));
        return all;
    }

    TemporaryFolder folder;
    fs::path out = folder / "results";
};

} // namespace

TEST_CASE("a bundle on a machine without a GPU runs on its CPU, says so, and records every result", "[gpu]") {
    Bundle const bundle;
    CHECK(bundle.run("") == 1); // test_kernels fails
    auto const summary = text_of(bundle.out / "summary.txt");
    CHECK_THAT(summary, Catch::Contains("Tessera 1.2.3") && Catch::Contains("NO GPU IS SEEN HERE") && Catch::Contains("1 of "));
    auto const results = bundle.results();
    REQUIRE(results.size() > 8);
    CHECK(results[0]["step"] == "the device opens");
    CHECK(results[0]["note"] == "1.5 0.1 0.2");
    CHECK(results[1]["step"] == "test_kernels on cpu");
    CHECK(results[1]["result"] == "failed");
    CHECK(results[1]["note"] == "status 3: test cases: 2 | 1 \"failed\"");
    CHECK(results[2]["note"] == "All tests passed on cpu");
    for (auto const& r : results) CHECK(r["device"] == "cpu");
}

TEST_CASE("a bundle uses the GPU for everything where it opens", "[gpu]") {
    Bundle const bundle;
    bundle.program("tessera-bench", "exit 0");
    bundle.program("test_kernels", "exit 0");
    CHECK(bundle.run("") == 0);
    for (auto const& r : bundle.results()) CHECK(r["device"] == "cuda");
    CHECK(bundle.results()[2]["note"] == "All tests passed on cuda");
}

TEST_CASE("a bundle's steps end with the time that is given, and what was done before is recorded at once", "[gpu]") {
    Bundle const bundle;
    bundle.program("test_core", "cp \"$OUT/summary.jsonl\" \"$OUT/../seen\"; sleep 60");
    auto const start = std::chrono::steady_clock::now();
    CHECK(bundle.run("DEADLINE=20") == 1);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(50));
    CHECK_THAT(text_of(bundle.folder / "seen"), Catch::Contains("test_kernels"));
    auto const results = bundle.results();
    REQUIRE(results.size() > 8);
    CHECK_THAT(results[2]["note"].get<std::string>(), Catch::Contains("stopped after"));
    CHECK(results[3]["result"] == "omitted");
}
