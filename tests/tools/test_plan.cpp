// --plan and --profile of the programs.
#include "tests/support/header_only_scan.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/training_run.h"

#include <filesystem>
#include <regex>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

Json file_of(fs::path const& path) {
    std::ifstream in(path);
    return Json::parse(in);
}

/// The object that a program prints on standard output; messages go elsewhere.
Json printed(ProgramResult const& result) { return Json::parse(result.output.substr(result.output.find('{'))); }

void check_against_profile(Json const& plan, Json const& profile) {
    // Of the host's memory, how many samples lie in the centre of k-space is known from the data only; in tiny scans they count.
    for (auto const& [key, most] : {std::pair("device_peak_bytes", 1.1), std::pair("host_peak_bytes", 1.35)}) {
        auto const planned = plan.at(key).get<double>(), taken = profile.at(key).get<double>();
        CAPTURE(key);
        CHECK(planned >= taken);
        CHECK(planned <= most * taken);
    }
    CHECK(plan.at("seconds").get<double>() > 0);
    CHECK(plan.at("stages").size() >= 3);
}

/// A BART array whose data were never written.
void write_header_only(fs::path const& stem, std::vector<index_t> const& fastest_first) {
    std::uintmax_t bytes = sizeof(Complex<float>);
    std::ofstream header(stem.string() + ".hdr");
    header << "# Dimensions\n";
    for (index_t const n : fastest_first) {
        header << n << ' ';
        bytes *= static_cast<std::uintmax_t>(n);
    }
    header << '\n';
    std::ofstream(stem.string() + ".cfl");
    fs::resize_file(stem.string() + ".cfl", bytes);
}

} // namespace

TEST_CASE("k-space on a disk gives the same image in less memory", "[planner]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    auto const acquisition = small_scan({14, 16, 18}, 6, 0.5);
    write_acquisition(scan, acquisition);
    std::string const options = "--set device=cpu --set maps.calibration=8 --set maps.iterations=1 --set cg.iterations=3 --profile ";
    auto const host_peak = [&](char const* name, std::string const& more) {
        auto const run = recon(scan, folder / name, "cg-sense", options + more);
        INFO(run.errors);
        REQUIRE(run.status == 0);
        return file_of(folder / name / "profile.json").at("host_peak_bytes").get<double>();
    };
    auto const memory = host_peak("memory", ""),
               disk = host_peak("disk", "--set kspace_on_disk=true --set scratch=" + folder.path().string());
    CHECK(disk + 0.7 * static_cast<double>(acquisition.kspace.bytes()) <= memory); // the estimation of maps gathers the centre
    CHECK(relative_error(image_of(folder / "disk"), image_of(folder / "memory")) < 1e-6);

    // Where the host's memory is short, the plan chooses it.
    auto const planned = [&](std::string const& more) { return recon(scan, folder / "plan", "cg-sense", options + "--plan " + more); };
    auto const peak = [&](std::string const& more) { return printed(planned("--json " + more)).at("host_peak_bytes").get<double>(); };
    double const between = (peak("") + peak("--set kspace_on_disk=true")) / 2;
    auto const plan = planned(fmt::format("--set host_limit_gib={}", between / (1 << 30)));
    CHECK(plan.status == 0);
    CHECK_THAT(plan.output, Catch::Contains("/kspace_on_disk"));

    auto const nowhere = recon(scan, folder / "nowhere", "cg-sense", "--set kspace_on_disk=true --set scratch=/nowhere");
    CHECK(nowhere.status == 1);
    CHECK_THAT(nowhere.errors, Catch::Contains("/nowhere: no room for") && Catch::Contains("(/scratch)"));
    CHECK(!fs::exists(folder / "nowhere"));
}

TEST_CASE("tessera-recon plans what it takes", "[planner]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({14, 16, 18}, 3));
    for (std::string const method : {"gridding", "cg-sense"}) {
        auto const out = folder / method;
        std::string const options =
            "--set device=cpu --set maps.calibration=8 --set maps.iterations=1 --set maps.resolution=full --set cg.iterations=3 ";
        auto const run = recon(scan, out, method, options + "--profile");
        INFO(run.output);
        REQUIRE(run.status == 0);
        auto const plan = recon(scan, out, method, options + "--plan --json");
        INFO(plan.output);
        REQUIRE(plan.status == 0);
        check_against_profile(printed(plan), file_of(out / "profile.json"));
    }
    auto const shown = recon(scan, folder / "table", "cg-sense", "--set device=cpu --plan");
    CHECK(shown.status == 0);
    CHECK(shown.output.find("density") != std::string::npos);
    CHECK(!fs::exists(folder / "table"));
}

TEST_CASE("the weights that come with the program are made to fit as named ones are", "[planner]") {
    TemporaryFolder const folder;
    auto const scan = folder / "scan.h5";
    write_acquisition(scan, small_scan({40, 40, 40}, 3, 4));
    std::string const options = "--set device=cpu --set maps.source=file --set nufft.coils_per_pass=1 --plan --json ";
    auto const peak = [&](std::string const& more) {
        auto const plan = recon(scan, folder / "out", "mbdl", options + more);
        INFO(plan.output + plan.errors);
        REQUIRE(plan.status == 0);
        return printed(plan);
    };
    auto const open = peak("");
    double const limit = 0.8 * open.at("device_peak_bytes").get<double>();
    auto const fitted = peak(fmt::format("--set memory_limit_gib={}", limit / (1 << 30)));
    CHECK(fitted.at("device_peak_bytes").get<double>() <= limit);
    CHECK_THAT(fitted.at("notes").dump(), Catch::Contains("/mbdl/patch was chosen to fit the memory"));
}

TEST_CASE("tessera-train plans what it takes", "[planner]") {
    TemporaryFolder const folder;
    auto const scan = training_scan(folder, "scan", 1);
    auto const config = small_training(folder / "run", {scan}, {scan});
    auto const plan = train(config, "--plan --json");
    INFO(plan.output);
    REQUIRE(plan.status == 0);
    CHECK(!fs::exists(folder / "run"));
    auto const run = train(config, "--profile");
    INFO(run.output);
    REQUIRE(run.status == 0);
    check_against_profile(printed(plan), file_of(folder / "run" / "profile.json"));
}

TEST_CASE("a scan of 450 x 300 x 450 voxels and 20 coils is planned from its headers", "[planner]") {
    TemporaryFolder const folder;
    write_header_only(folder / "big_ksp", {1, 506, 20000, 20});
    write_header_only(folder / "big_traj", {3, 506, 20000});
    auto config = small_training(folder / "run", {folder / "big_ksp"}, {});
    config["data"]["supervision"] = "self_supervised";
    config["data"]["scan"]["maps"]["source"] = "jsense";
    config["data"]["scan"]["matrix"] = {450, 300, 450};
    config["memory"]["patch"] = {96, 96, 96};
    config["memory"]["checkpoints"] = "host";
    config["host_limit_gib"] = 1000;
    std::vector<double> peaks;
    for (int const unrolls : {5, 20}) {
        config["model"]["unrolls"] = unrolls;
        auto const plan = train(config, "--plan --json");
        INFO(plan.output);
        REQUIRE(plan.status == 0);
        peaks.push_back(printed(plan).at("device_peak_bytes").get<double>());
    }
    CHECK(peaks[0] > 1e9);
    CHECK(std::abs(peaks[1] / peaks[0] - 1) < 0.02);

    config["memory_limit_gib"] = 0.5;
    auto const refused = train(config, "--plan");
    CHECK(refused.status == 1);
    CHECK(refused.output.find("does not fit") != std::string::npos);
    CHECK(refused.output.find("more than") != std::string::npos);
}

TEST_CASE("configurations for the true size say what they take", "[planner]") {
    if (sizeof(real) != sizeof(float)) return; // they say it of float
    struct Case {
        char const* file;
        Matrix matrix;
        index_t readouts, samples;
    };
    TemporaryFolder const folder;
    for (Case const& c :
        {Case{"paper/full/first_steps.json", {300, 200, 300}, 11781, 300}, Case{"paper/full/train.json", {300, 200, 300}, 11781, 300},
            Case{"training/big_volume_gpu.json", {450, 300, 450}, 20000, 900}}) {
        auto const config = fs::path(TESSERA_SOURCE_DIR) / "configs" / c.file;
        CAPTURE(c.file);
        std::smatch said;
        std::string const text = text_of(config);
        REQUIRE(std::regex_search(text, said, std::regex(R"(planned peak: ([0-9.]+) GiB)")));
        auto const scan = folder / "scan.h5";
        write_header_only_scan(scan, c.matrix, 20, c.readouts, c.samples);
        auto const plan = run_program("tessera-train",
            fmt::format("{0} --plan --json --set device=cpu --set threads=2 --set memory_limit_gib=8 "
                        "--set host_limit_gib=1000 --set initial_weights= --set 'data.train=[\"{1}\"]' "
                        "--set 'data.validation=[\"{1}\"]'",
                config.string(), scan.string()));
        CAPTURE(plan.output, plan.errors);
        REQUIRE(plan.status == 0);
        CHECK(printed(plan).at("device_peak_bytes").get<double>() / (1 << 30) == Approx(std::stod(said[1])).epsilon(0.02));
    }
}
