// Trajectories in other units than they are read in, and geometry that is missing, wrong or overridden.
#include "core/files/hdf5_writer.h"
#include "recon/formats/coverage.h"
#include "recon/formats/read.h"
#include "recon/formats/validate.h"
#include "recon/formats/write.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <limits>
#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

/// A scan whose trajectory reaches +-`half` (z, y, x) in the corners of a box.
Acquisition reaching(Vector3 const& half, Matrix const& matrix) {
    Acquisition a = random_acquisition(1, 8, 1, {6, 10, 8});
    a.maps.reset();
    a.reference.reset();
    a.weights.reset();
    for (index_t r = 0; r < 8; ++r)
        for (std::size_t d = 0; d < 3; ++d)
            a.trajectory.data()[3 * r + static_cast<index_t>(d)] = static_cast<real>((r >> d & 1 ? 1 : -1) * half[2 - d]);
    a.matrix = matrix;
    return a;
}

std::string doubt(Acquisition a, bool given = false) {
    return message_of([&] { check_coverage(a, given); });
}

TrajectoryUnits detected(Vector3 const& half, Matrix const& matrix) {
    auto const a = reaching(half, matrix);
    return to_cycles_per_fov(a.trajectory, {matrix, {}}, TrajectoryUnits::automatic, "made up");
}

} // namespace

TEST_CASE("samples that leave a matrix empty are refused with the units they look like", "[coverage]") {
    CHECK_THAT(doubt(reaching({0.5, 0.5, 0.5}, {128, 128, 128})),
        Catch::StartsWith("made up: trajectory: |kz| is at most 0.5 cycles per field of view") &&
            Catch::Contains("128 x 128 x 128 (z, y, x)") && Catch::Contains("look like cycles_per_voxel: set trajectory_units"));
    CHECK_THAT(doubt(reaching({3.1, 3.1, 3.1}, {128, 128, 128})), Catch::Contains("look like radians_per_voxel"));
    CHECK_THAT(doubt(reaching({60, 60, 3}, {128, 128, 128})), Catch::Contains("|kx| is at most 3"));
    CHECK(doubt(reaching({64, 64, 64}, {128, 128, 128})) == "no error");
    CHECK(doubt(reaching({7, 64, 64}, {128, 128, 128})) == "no error"); // a tenth
    CHECK(doubt(reaching({0, 64, 64}, {1, 128, 128})) == "no error");   // 2D
    CHECK(doubt(reaching({1, 192, 192}, {2, 384, 384})) == "no error"); // a slab
}

TEST_CASE("without a matrix, a trajectory that spans a few voxels is in other units", "[coverage]") {
    CHECK_THAT(doubt(reaching({0.5, 0.5, 0.5}, {0, 0, 0})),
        Catch::Contains("spans 1 x 1 x 1 cycles per field of view (z, y, x)") && Catch::Contains("cycles_per_voxel"));
    CHECK_THAT(doubt(reaching({0, 3.14, 3.14}, {0, 0, 0})), Catch::Contains("radians_per_voxel"));
    CHECK(doubt(reaching({8, 8, 8}, {0, 0, 0})) == "no error");
    CHECK(doubt(reaching({2, 2, 2}, {0, 0, 0})) == "no error");
}

TEST_CASE("what is unusual in units that were chosen becomes a warning of the scan", "[coverage]") {
    auto a = reaching({0.5, 0.5, 0.5}, {128, 128, 128});
    check_coverage(a, true);
    REQUIRE(a.warnings.size() == 1);
    CHECK_THAT(a.warnings[0], Catch::StartsWith("trajectory: |kz| is at most 0.5"));
}

TEST_CASE("a file whose units are wrong is refused, whatever its format", "[coverage]") {
    TemporaryFolder const folder;
    std::string const format = GENERATE("mri_raw", "bart"); // own files state their units
    CAPTURE(format);
    auto const a = reaching({0.5, 0.5, 0.5}, {0, 0, 0});
    auto const path = folder / (format == "bart" ? "a" : "a.h5");
    write_acquisition(path, a, format);
    auto const input = format == "bart" ? folder / "a_ksp" : path;
    CHECK_THAT(message_of([&] { read_acquisition(input); }), Catch::Contains("look like cycles_per_voxel"));
    ReadOptions with_matrix;
    with_matrix.matrix = {32, 32, 32};
    CHECK_THAT(message_of([&] { read_acquisition(input, with_matrix); }), Catch::Contains("look like cycles_per_voxel"));
    with_matrix.trajectory_units = TrajectoryUnits::cycles_per_voxel;
    auto const scan = read_acquisition(input, with_matrix);
    CHECK(largest_frequencies(scan.trajectory)[0] == Approx(16));
    CHECK(scan.warnings.empty());
}

TEST_CASE("units are detected axis by axis", "[coverage]") {
    using enum TrajectoryUnits;
    CHECK(detected({0.5, 0.5, 0.5}, {2, 384, 384}) == cycles_per_voxel); // 1/2 is also half of what N/2 = 1 holds
    CHECK(detected({1, 192, 192}, {2, 384, 384}) == cycles_per_fov);
    CHECK(detected({std::numbers::pi, std::numbers::pi, std::numbers::pi}, {6, 384, 384}) == radians_per_voxel);
    CHECK(detected({0, 0.5, 0.5}, {1, 64, 64}) == cycles_per_voxel);
    CHECK_THAT(message_of([] {
        detected({20, 0.5, 0.5}, {64, 64, 64});
    }),
        Catch::Contains("not clear") && Catch::Contains("largest |k| is 20 with matrix 64 x 64 x 64"));
    CHECK_THAT(message_of([] { detected({0.5, 0.5, 0.5}, {2, 2, 2}); }), Catch::Contains("fits cycles_per_voxel and"));
    CHECK_THAT(message_of([] { smallest_matrix(reaching({1e30, 1, 1}, {0, 0, 0}).trajectory); }), Catch::Contains("longest matrix"));
}

TEST_CASE("a single number of a file stands for all axes", "[coverage]") {
    TemporaryFolder const folder;
    auto const a = reaching({3, 3, 3}, {6, 6, 6});
    hdf5::Writer file(folder / "a.h5");
    file.dataset("kspace", a.kspace);
    file.dataset("trajectory", a.trajectory);
    file.attribute("/", "trajectory_units", "cycles_per_fov");
    file.attribute("/", "matrix", std::int64_t(6));
    file.attribute("/", "fov_mm", 120.0);
    file.commit();
    auto const scan = read_acquisition(folder / "a.h5");
    CHECK(scan.matrix == Matrix{6, 6, 6});
    CHECK(scan.geometry.fov_mm == Vector3{120, 120, 120});
}

TEST_CASE("impossible geometry is refused before it reaches an affine", "[coverage]") {
    auto a = reaching({3, 3, 3}, {6, 6, 6});
    double const inf = std::numeric_limits<double>::infinity();
    auto const error = [&] { return message_of([&] { validate(a); }); };
    CHECK(error() == "no error");
    SECTION("infinite") {
        a.geometry.fov_mm[1] = inf;
        CHECK_THAT(error(), Catch::StartsWith("made up: fov_mm is "));
    }
    SECTION("not a number") {
        a.geometry.centre_mm[0] = std::nan("");
        CHECK_THAT(error(), Catch::StartsWith("made up: centre_mm is "));
    }
    SECTION("negative") {
        a.geometry.fov_mm[2] = -1;
        CHECK_THAT(error(), Catch::StartsWith("made up: fov_mm is "));
    }
    SECTION("no direction") {
        a.geometry.x_direction = {0, 0, 0};
        CHECK_THAT(error(), Catch::Contains("not perpendicular unit vectors"));
    }
    SECTION("twice the same") {
        a.geometry.x_direction = a.geometry.y_direction;
        CHECK_THAT(error(), Catch::Contains("not perpendicular unit vectors"));
    }
}

TEST_CASE("geometry can be said in the configuration", "[coverage]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "a.h5", reaching({3, 5, 4}, {6, 10, 8}));
    ReadOptions options;
    options.geometry.voxel_mm = Vector3{2, 3, 4};
    options.geometry.centre_mm = Vector3{1, 2, 3};
    options.geometry.orientation = "ARI";
    auto const g = read_acquisition(folder / "a.h5", options).geometry;
    CHECK(g.fov_mm == Vector3{12, 30, 32});
    CHECK(g.centre_mm == Vector3{1, 2, 3});
    CHECK(g.z_direction == Vector3{0, -1, 0});
    CHECK(g.y_direction == Vector3{-1, 0, 0});
    CHECK(g.x_direction == Vector3{0, 0, -1});
    auto const refused = [&](auto const& change) {
        ReadOptions bad;
        change(bad.geometry);
        return message_of([&] { read_acquisition(folder / "a.h5", bad); });
    };
    CHECK_THAT(refused([](auto& c) { c.orientation = "SPX"; }), Catch::Contains("/geometry/orientation: found \"SPX\""));
    CHECK_THAT(refused([](auto& c) { c.orientation = "SIL"; }), Catch::Contains("same axis twice"));
    CHECK_THAT(refused([](auto& c) { c.fov_mm = c.voxel_mm = Vector3{1, 1, 1}; }), Catch::Contains("fov_mm and voxel_mm"));
}

TEST_CASE("k-space and weights beyond single precision are refused", "[coverage]") {
    auto a = reaching({3, 3, 3}, {6, 6, 6});
    auto const error = [&] { return message_of([&] { validate(a); }); };
    auto const scale = [&](double factor) {
        for (complex& v : a.kspace.host()) v = {static_cast<real>(factor), 0};
    };
    scale(1e19);
    CHECK_THAT(error(), Catch::StartsWith("made up: kspace: the largest value is 1e+19"));
    scale(1e-20);
    CHECK_THAT(error(), Catch::StartsWith("made up: kspace: the largest value is 1e-20"));
    scale(0);
    CHECK(error() == "no error"); // but no method reconstructs it
    scale(1);
    a.weights = Tensor<real>::zeros(Context(), {8, 1});
    CHECK(error() == "made up: weights are zero everywhere");
}
