// tessera-recon on scans that are as they should be.
#include "recon/formats/nifti/nifti.h"
#include "tests/support/recon_scan.h"

#include <nlohmann/json.hpp>
#include <numbers>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("three fields suffice for a reconstruction, which leaves its files", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan());
    fs::path const out = folder / "results/today";
    auto const [method, bound] =
        GENERATE(std::pair<std::string, double>{"gridding", 0.2}, std::pair<std::string, double>{"cg-sense", 0.13});
    CAPTURE(method);
    fs::create_directories(out.parent_path());
    auto const result = recon(folder / "scan.h5", out, method);
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    CHECK(printed_nrmse(result.output) < bound);
    CHECK(std::regex_search(result.output, std::regex("HFEN [0-9.]+  \\(magnitude against the reference, data range [0-9.]+")));
    CHECK(std::regex_search(result.output,
        std::regex("in the object \\([0-9]+ % of the voxels\\): NRMSE [0-9.]+ .*HFEN [0-9.]+  \\(data range [0-9.]+")));
    for (char const* name : {"volume.h5", "image_magnitude.nii.gz", "image_phase.nii.gz", "views.png", "config.json", "log.txt"}) {
        CAPTURE(name);
        CHECK(fs::exists(out / name));
        CHECK(fs::file_size(out / name) > 0);
    }
    CHECK(std::distance(fs::directory_iterator(out), {}) == 6);
    CHECK_THAT(text_of(out / "log.txt"),
        Catch::Contains("4 coils") && Catch::Contains("matrix 16 x 18 x 20") && Catch::Contains("prewhitened"));
    hdf5::File const volume(out / "volume.h5");
    CHECK(volume.info("image").shape.str() == "[16, 18, 20]");
    CHECK(volume.numbers("/", "matrix") == std::vector<double>{16, 18, 20});
    CHECK(volume.numbers("/", "fov_mm") == std::vector<double>{400, 400, 400});

    // what was resolved gives the same image, and overrides win over it
    auto const again = run_program("tessera-recon",
        (out / "config.json").string() + " --quiet --set output=" + (folder / "again").string() +
            " --set outputs.cfl=true --set outputs.png=false --set outputs.nifti=false");
    CAPTURE(again.errors);
    REQUIRE(again.status == 0);
    CHECK(again.errors.empty());
    CHECK(relative_error(image_of(folder / "again"), image_of(out)) < 1e-6);
    CHECK(fs::exists(folder / "again/image.cfl"));
    CHECK(fs::exists(folder / "again/image.hdr"));
    CHECK_FALSE(fs::exists(folder / "again/views.png"));
    CHECK_FALSE(fs::exists(folder / "again/image_phase.nii.gz"));
}

TEST_CASE("the choices of cg-sense lead to nearly the same image", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({12, 14, 16}, 6, 2));
    auto const run = [&](std::string const& name, std::string const& settings) {
        auto const result = recon(folder / "scan.h5", folder / name, "cg-sense",
            "--set maps.source=file --set outputs.png=false --set cg.iterations=20 --set density.kind=radial " + settings);
        CAPTURE(settings, result.errors);
        REQUIRE(result.status == 0);
        CHECK(printed_nrmse(result.output) < 0.15);
        return image_of(folder / name);
    };
    auto const toeplitz = run("a", "--set cg.tolerance=1e-4");
    CHECK(relative_error(run("b", "--set cg.tolerance=1e-4 --set cg.normal=gridded"), toeplitz) < 3e-3);
    CHECK(relative_error(run("c", "--set cg.tolerance=1e-4 --set nufft.coils_per_pass=1 --set threads=1"), toeplitz) < 1e-3);
    CHECK(relative_error(run("d", "--set coils.virtual_coils=6"), toeplitz) < 1e-2); // a rotation of the coils
    CHECK(relative_error(run("e", "--set coils.virtual_coils=5"), toeplitz) < 0.1);
    run("f", "--set maps.source=jsense --set maps.calibration=12 --set maps.order=2 --set maps.iterations=4");
    CHECK(recon(folder / "scan.h5", folder / "g", "gridding", "--set gridding.combine=maps --set maps.source=file").status == 0);
    auto const too_many = recon(folder / "scan.h5", folder / "h", "cg-sense", "--quiet --set coils.virtual_coils=7");
    CHECK(too_many.status == 1);
    CHECK(too_many.errors == "error: coils: 7 virtual coils of 6 coils\n");
}

TEST_CASE("the test device gives the image of the cpu", "[tessera-recon]") {
    auto const devices = available_devices();
    if (std::find(devices.begin(), devices.end(), Device::simt) == devices.end()) return;
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({6, 6, 6}, 2, 2)); // fibers are slow
    std::string const method = GENERATE("gridding", "cg-sense", "l1-wavelet", "tv");
    std::string const settings =
        "--set density.kind=radial --set maps.calibration=6 --set maps.order=1 --set cg.iterations=2 "
        "--set l1_wavelet.iterations=2 --set l1_wavelet.levels=1 --set tv.iterations=2 --set tv.inner_iterations=2 ";
    REQUIRE(recon(folder / "scan.h5", folder / "cpu", method, settings + "--set device=cpu").status == 0);
    REQUIRE(recon(folder / "scan.h5", folder / "simt", method, settings + "--set device=simt").status == 0);
    CHECK(relative_error(image_of(folder / "simt"), image_of(folder / "cpu")) < 1e-4);
}

TEST_CASE("every configuration of configs/recon reconstructs, and leaves its costs", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({16, 18, 20}, 4, 2, 1, 20));
    int count = 0;
    for (auto const& entry : fs::directory_iterator(fs::path(TESSERA_SOURCE_DIR) / "configs/recon")) {
        fs::path const out = folder / entry.path().stem();
        auto const result = run_program("tessera-recon",
            entry.path().string() + " --set input=" + (folder / "scan.h5").string() + " --set output=" + out.string() +
                " --set maps.source=file");
        CAPTURE(entry.path(), result.errors);
        REQUIRE(result.status == 0);
        CHECK(printed_nrmse(result.output) < 0.2);
        CHECK_THAT(text_of(out / "log.txt"),
            Catch::Contains("largest eigenvalue") && Catch::Contains("iterations") && Catch::Contains("cost"));
        std::istringstream costs(text_of(out / "cost.csv"));
        std::string line;
        std::getline(costs, line);
        CHECK(line == "iteration,cost,relative_change");
        std::vector<double> all;
        while (std::getline(costs, line)) all.push_back(std::stod(line.substr(line.find(',') + 1)));
        CHECK(all.size() > 3);
        CHECK(all.back() < 0.7 * all.front());
        ++count;
    }
    CHECK(count >= 2);
}

TEST_CASE("readouts can be left out, and the field of view fitted to the object", "[tessera-recon]") {
    TemporaryFolder const folder;
    Acquisition scan = small_scan({16, 16, 16}, 2);
    scan.maps.reset();
    scan.reference.reset();
    write_acquisition(folder / "scan.h5", scan);
    auto const half = recon(folder / "scan.h5", folder / "half", "gridding", fmt::format("--set readouts=[0,{}]", scan.readouts() / 2));
    CHECK(half.status == 0);
    CHECK(half.output.empty()); // no reference, no metrics
    CHECK_THAT(half.errors, Catch::Contains(fmt::format("{} readouts of", scan.readouts() / 2)));
    for (std::string const bad : {"[5,5]", "[7,3]", "[0,100000]"}) {
        auto const none = recon(folder / "scan.h5", folder / "none", "gridding", "--quiet --set readouts=" + bad);
        CHECK(none.status == 1);
        CHECK_THAT(none.errors, Catch::StartsWith("error: " + (folder / "scan.h5").string() + ": readouts ["));
        CHECK_FALSE(fs::exists(folder / "none"));
    }
    auto const fitted = recon(folder / "scan.h5", folder / "fitted", "gridding", "--set fov=auto");
    CAPTURE(fitted.errors);
    REQUIRE(fitted.status == 0);
    CHECK_THAT(fitted.errors, Catch::Contains("the object fills"));
    hdf5::File const volume(folder / "fitted/volume.h5");
    auto const fov = *volume.numbers("/", "fov_mm"), matrix = *volume.numbers("/", "matrix");
    for (std::size_t d = 0; d < 3; ++d) CHECK(fov[d] / matrix[d] == Approx(25));
}

TEST_CASE("a blob lies in NIfTI where it lies in the scanner", "[tessera-recon]") {
    // A Gaussian between voxels, sampled at every point of a Cartesian k-space, in a volume that is turned and has odd axes.
    Matrix const m{9, 12, 15};
    Vector3 const at{0.11, -0.17, 0.23}; // z, y, x in fields of view
    double const sigma = 0.09, c = std::cos(0.4), s = std::sin(0.4);
    Geometry const g{{180, 200, 360}, {15, -20, 40}, {c, s, 0}, {0, 0, -1}, {-s, c, 0}};
    Acquisition scan;
    scan.matrix = m;
    scan.geometry = g;
    scan.source = "blob";
    scan.kspace = Tensor<complex>(Context(), {1, m[0] * m[1], m[2]});
    scan.trajectory = Tensor<real>(Context(), {m[0] * m[1], m[2], 3});
    for (index_t i = 0; i < scan.kspace.size(); ++i) {
        double const k[3] = {double(i / m[2] / m[1] - m[0] / 2), double(i / m[2] % m[1] - m[1] / 2), double(i % m[2] - m[2] / 2)};
        double damping = 0, phase = 0;
        for (std::size_t d = 0; d < 3; ++d) {
            damping += k[d] * k[d];
            phase -= 2 * std::numbers::pi * k[d] * at[d];
            scan.trajectory.data()[3 * i + 2 - static_cast<index_t>(d)] = static_cast<real>(k[d]);
        }
        double const size = std::exp(-2 * std::pow(std::numbers::pi * sigma, 2) * damping);
        scan.kspace.data()[i] = {static_cast<real>(size * std::cos(phase)), static_cast<real>(size * std::sin(phase))};
    }
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", scan);
    auto const result = recon(folder / "scan.h5", folder / "out", "gridding", "--set density.kind=none");
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);

    auto const found = read_nifti(Context(), folder / "out/image_magnitude.nii.gz");
    REQUIRE(found.values.shape().str() == "[9, 12, 15]");
    double sum = 0, centroid[3] = {}; // x, y, z indices
    for (index_t i = 0; i < found.values.size(); ++i) {
        double const v = std::pow(double(found.values.data()[i]), 2); // squares: less of the rounded background
        index_t const index[3] = {i % m[2], i / m[2] % m[1], i / m[2] / m[1]};
        sum += v;
        for (int d = 0; d < 3; ++d) centroid[d] += v * static_cast<double>(index[d]);
    }
    for (int axis = 0; axis < 3; ++axis) {
        auto const& row = found.affine[static_cast<std::size_t>(axis)];
        double world = row[3];
        for (std::size_t d = 0; d < 3; ++d) world += row[d] * centroid[d] / sum;
        auto const a = static_cast<std::size_t>(axis);
        double const lps = g.centre_mm[a] + at[2] * g.fov_mm[2] * g.x_direction[a] + at[1] * g.fov_mm[1] * g.y_direction[a] +
            at[0] * g.fov_mm[0] * g.z_direction[a];
        CHECK(world == Approx(axis < 2 ? -lps : lps).margin(2)); // voxels are 20 x 16.7 x 24 mm
    }
}

TEST_CASE("tessera-recon prints its schema", "[tessera-recon]") {
    auto const result = run_program("tessera-recon", "--print-schema");
    REQUIRE(result.status == 0);
    auto const schema = nlohmann::json::parse(result.output);
    CHECK(schema.at("required") == nlohmann::json{"input", "output"});
    CHECK(schema.at("properties").at("method").at("enum") ==
        nlohmann::json{"gridding", "cg-sense", "l1-wavelet", "tv", "mbdl", "xd-grasp", "llr"});
    CHECK(schema.at("properties").contains("memory_limit_gib"));
}

TEST_CASE("mbdl needs no weights, those that come with the program are better than gridding", "[tessera-recon]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({24, 26, 28}, 4, 3, 5, 30));
    auto const gridded = recon(folder / "scan.h5", folder / "gridded", "gridding"),
               learned = recon(folder / "scan.h5", folder / "learned", "mbdl");
    CAPTURE(learned.errors);
    REQUIRE(learned.status == 0);
    CHECK_THAT(text_of(folder / "learned/log.txt"), Catch::Contains("weights that come with the program"));
    CHECK(printed_nrmse(learned.output) < 0.8 * printed_nrmse(gridded.output));
}
