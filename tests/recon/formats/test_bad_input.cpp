// What no reconstruction could use is refused in one sentence that names the file, the field and the value.
#include "core/files/hdf5_writer.h"
#include "recon/formats/cfl.h"
#include "recon/formats/read.h"
#include "recon/formats/validate.h"
#include "recon/formats/write.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <limits>

using namespace tessera;
using namespace tessera::test;

namespace {

std::string validation_error(Acquisition const& a) {
    return message_of([&] { validate(a); });
}
std::string reading_error(std::filesystem::path const& path, ReadOptions const& options = {}) {
    return message_of([&] { read_acquisition(path, options); });
}
void write_text(std::filesystem::path const& path, std::string const& text) { std::ofstream(path) << text; }

} // namespace

TEST_CASE("a good scan is valid", "[validate]") { CHECK(validation_error(random_acquisition()) == "no error"); }

TEST_CASE("NaN and infinity are refused with the first index", "[validate]") {
    Acquisition a = random_acquisition();
    auto const nan = std::numeric_limits<real>::quiet_NaN(), inf = std::numeric_limits<real>::infinity();
    SECTION("kspace") {
        a.kspace.view<3>()(1, 2, 3).re = nan;
        a.kspace.view<3>()(1, 2, 3).im = 0;
        a.kspace.view<3>()(1, 4, 0).im = inf;
        CHECK(validation_error(a) == "made up: kspace at [1, 2, 3] is (nan, 0): expected finite numbers");
    }
    SECTION("trajectory") {
        a.trajectory.view<3>()(4, 6, 2) = -inf;
        CHECK(validation_error(a) == "made up: trajectory at [4, 6, 2] is -inf: expected finite numbers");
    }
    SECTION("weights") {
        a.weights->view<2>()(0, 1) = inf;
        CHECK(validation_error(a) == "made up: weights at [0, 1] is inf: expected finite numbers");
    }
    SECTION("vessels") {
        a.vessels[1].to[2] = std::numeric_limits<double>::infinity();
        CHECK(validation_error(a) == "made up: vessels at [1] has inf: expected finite numbers");
        a.vessels[1] = {{0, 0, 0}, {1, 0, 0}, 1, 0};
        CHECK(validation_error(a) == "made up: vessels at [1] has a radius of 0 mm: expected more than zero");
    }
    SECTION("negative weights") {
        a.weights->view<2>()(3, 1) = real(-0.5);
        CHECK(validation_error(a) == "made up: weights at [3, 1] is -0.5: expected zero or more");
    }
    SECTION("noise, maps and reference") {
        a.reference->data()[0].im = nan;
        CHECK_THAT(validation_error(a), Catch::StartsWith("made up: reference at [0, 0, 0] is ("));
        a.maps->data()[1].re = nan;
        CHECK_THAT(validation_error(a), Catch::StartsWith("made up: maps at [0, 0, 0, 1] is (nan"));
        a.noise->data()[12].re = nan;
        CHECK_THAT(validation_error(a), Catch::StartsWith("made up: noise at [1, 1] is (nan"));
    }
}

TEST_CASE("shapes that do not fit each other are refused", "[validate]") {
    Acquisition a = random_acquisition();
    Context const host;
    SECTION("no readouts") {
        a.kspace = Tensor<complex>(host, {2, 0, 7});
        CHECK(validation_error(a) == "made up: kspace is empty: shape [2, 0, 7]");
    }
    SECTION("trajectory") {
        a.trajectory = Tensor<real>::zeros(host, {5, 6, 3});
        CHECK(validation_error(a) == "made up: trajectory: expected [5, 7, 3] as kspace has [2, 5, 7], found shape [5, 6, 3]");
    }
    SECTION("weights") {
        a.weights = Tensor<real>::zeros(host, {4, 7});
        CHECK(validation_error(a) == "made up: weights: expected [5, 7] as kspace has [2, 5, 7], found shape [4, 7]");
    }
    SECTION("noise") {
        a.noise = Tensor<complex>::zeros(host, {3, 7});
        CHECK(validation_error(a) == "made up: noise: expected [2, n] as kspace has 2 coils, found shape [3, 7]");
    }
    SECTION("more coils than maps") {
        a.maps = Tensor<complex>::zeros(host, {1, 6, 10, 8});
        CHECK(validation_error(a) == "made up: maps: 1 coils in the maps but 2 in kspace");
    }
    SECTION("maps of another matrix") {
        a.maps = Tensor<complex>::zeros(host, {2, 6, 8, 10});
        CHECK(validation_error(a) == "made up: maps: shape [2, 6, 8, 10] does not have the matrix [6, 10, 8]");
    }
    SECTION("reference of another matrix") {
        a.reference = Tensor<complex>::zeros(host, {6, 10, 9});
        CHECK(validation_error(a) == "made up: reference: shape [6, 10, 9] does not have the matrix [6, 10, 8]");
    }
}

TEST_CASE("a trajectory outside of the matrix is refused with the value and the matrix", "[validate]") {
    Acquisition a = random_acquisition();
    a.trajectory.view<3>()(1, 0, 1) = real(5.4); // within the tolerance of 10 / 2
    CHECK(validation_error(a) == "no error");
    a.trajectory.view<3>()(1, 0, 1) = real(-7.25);
    CHECK(validation_error(a) ==
        "made up: trajectory at [1, 0, 1]: ky is -7.25 cycles per field of view, outside of the matrix 10 (at most 5)");
    a.matrix = {6, 0, 8};
    a.maps.reset();
    a.reference.reset();
    CHECK(validation_error(a) == "made up: matrix: expected positive numbers (z, y, x), found [6, 0, 8]");
}

TEST_CASE("an invalid scan is not written", "[validate]") {
    TemporaryFolder const folder;
    Acquisition a = random_acquisition();
    a.kspace.data()[0].re = std::numeric_limits<real>::quiet_NaN();
    CHECK_THAT(message_of([&] { write_acquisition(folder / "a.h5", a); }), Catch::Contains("expected finite numbers"));
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(message_of([&] { write_acquisition(folder / "a.h5", random_acquisition(), "dicom"); }) ==
        "format: 'dicom' cannot be written: expected one of bart, mri_raw, ismrmrd, tessera");
}

TEST_CASE("files of no known format are refused", "[validate]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    CHECK(reading_error(path) == path.string() + ": no such file");
    write_text(path, "hello");
    CHECK(reading_error(path) ==
        path.string() + ": not a scan in a known format: neither HDF5 nor a pair of .cfl and .hdr nor a folder with ksp.npy and coord.npy");
    std::vector<double> const x{1, 2};
    {
        hdf5::Writer file(path);
        file.dataset("images/one", Shape{2}, std::span<double const>(x));
        file.dataset("kdata", Shape{1, 1, 2}, std::span<double const>(x));
        file.commit();
    }
    CHECK(reading_error(path) ==
        path.string() + ": an HDF5 file of no known layout, with images/ kdata: name its datasets for kspace and trajectory");
    ReadOptions options;
    options.datasets = {{"kspace", "kdata"}};
    CHECK(reading_error(path, options) == path.string() + ": no dataset for trajectory");
    options.datasets["trajectory"] = "coord";
    CHECK(reading_error(path, options) == path.string() + ": no dataset 'coord' (there are kdata, images/)");
    options.datasets["k"] = "coord";
    CHECK(reading_error(path, options) ==
        "datasets: 'k' is not one of kspace, trajectory, weights, maps, noise, reference, vessels, times, respiration");
    options = {};
    options.format = "siemens";
    CHECK(reading_error(path, options) == "format: 'siemens' is not one of auto, bart, numpy, mri_raw, ismrmrd, tessera, hdf5");
}

TEST_CASE("datasets of wrong shape and type are refused, and truncated files", "[validate]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    std::vector<real> const numbers(24, real(0.1));
    auto const write = [&](Shape const& kspace, Shape const& trajectory) {
        hdf5::Writer file(path);
        file.dataset("kspace", kspace, std::span(numbers).first(static_cast<std::size_t>(kspace.size())));
        file.dataset("trajectory", trajectory, std::span(numbers).first(static_cast<std::size_t>(trajectory.size())));
        file.attribute("/", "trajectory_units", "cycles_per_fov");
        file.commit();
    };
    std::string const float_name = sizeof(real) == 4 ? "float32" : "float64";
    write({1, 2, 4}, {2, 4, 3});
    CHECK(reading_error(path) ==
        path.string() + ": kspace: expected complex numbers (compound of two floats, or floats with a last extent of 2), found " +
            float_name + " [1, 2, 4]");
    write({1, 2, 4, 2}, {2, 4});
    CHECK(reading_error(path) == path.string() + ": trajectory: expected a trajectory [readout, sample, 3] (2D: 2), found shape [2, 4]");
    write({1, 2, 4, 2}, {2, 3, 3});
    CHECK(reading_error(path) == path.string() + ": trajectory: expected [2, 4, 3] as kspace has [1, 2, 4], found shape [2, 3, 3]");
    write({1, 2, 4, 2}, {2, 4, 3});
    CHECK(reading_error(path) == "no error");
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    CHECK_THAT(reading_error(path), Catch::StartsWith(path.string() + ": cannot open the HDF5 file: truncated file"));
}

TEST_CASE("MRI_Raw.h5 that contradicts itself is refused", "[validate]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    std::vector<real> const k(12);
    std::vector<complex> const y(12);
    auto const write = [&](Shape const& data, int second_coil, std::int64_t stated_coils) {
        hdf5::Writer file(path);
        for (char const* axis : {"KX", "KY", "KZ"})
            file.dataset(fmt::format("Kdata/{}_E0", axis), Shape{1, 3, 4}, std::span<real const>(k));
        for (int const c : {0, second_coil})
            file.dataset(fmt::format("Kdata/KData_E0_C{}", c), data,
                std::span<complex const>(y).first(static_cast<std::size_t>(data.size())));
        file.attribute("Kdata", "Num_Coils", stated_coils);
        file.commit();
    };
    write({1, 3, 4}, 1, 2);
    CHECK(reading_error(path) == "no error");
    write({1, 3, 3}, 1, 2);
    CHECK(reading_error(path) == path.string() + ": Kdata/KData_E0_C0: expected 12 values as the coordinates have [1, 3, 4], found 9");
    write({1, 3, 4}, 1, 8);
    CHECK(reading_error(path) == path.string() + ": attribute Num_Coils is 8 but there are 2 datasets KData_E0_C*");
    write({1, 3, 4}, 2, 2);
    CHECK(reading_error(path) == path.string() + ": no dataset 'Kdata/KData_E0_C1' though there are 2 of its kind");
    ReadOptions options;
    options.encoding = 1;
    CHECK(reading_error(path, options) == path.string() + ": encoding 1 of 1 encodings");
}

TEST_CASE("BART files that contradict themselves are refused", "[validate]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "a", random_acquisition(1), "bart");
    std::string const stem = (folder / "a_ksp").string();
    CHECK(reading_error(stem) == "no error");
    SECTION("truncated") {
        std::filesystem::resize_file(stem + ".cfl", 100);
        CHECK(reading_error(stem) == stem + ".cfl: expected 35 complex numbers of 8 bytes as the header says, found 100 bytes");
    }
    SECTION("no dimensions") {
        write_text(stem + ".hdr", "# Dims\n1 2 3\n");
        CHECK(reading_error(stem) == stem + ".hdr: expected a line '# Dimensions'");
    }
    SECTION("words for dimensions") {
        write_text(stem + ".hdr", "# Dimensions\n1 seven\n");
        CHECK(reading_error(stem) == stem + ".hdr: expected numbers below '# Dimensions', found '1 seven'");
    }
    SECTION("huge dimensions") {
        write_text(stem + ".hdr", "# Dimensions\n1 4000000000 4000000000 4000000000\n");
        CHECK(reading_error(stem) == stem + ".hdr: the dimensions are too large to be true (1 4000000000 4000000000 4000000000)");
    }
    SECTION("negative dimensions") {
        write_text(stem + ".hdr", "# Dimensions\n1 -7 5\n");
        CHECK(reading_error(stem) == stem + ".hdr: dimension 1 is -7, expected a positive number");
    }
    SECTION("many phases") {
        write_text(stem + ".hdr", "# Dimensions\n1 7 1 1 1 1 1 1 1 5 1 1 1 1 1 1\n");
        CHECK(reading_error(stem) == stem + ": a k-space with 5 in BART's dimension 9 is not supported: expected 1 there");
    }
    SECTION("the trajectory instead of k-space") {
        std::string const trajectory = (folder / "a_traj").string();
        ReadOptions options;
        options.trajectory = stem;
        CHECK(reading_error(trajectory, options) ==
            trajectory + ": expected k-space as [1, samples, readouts, coils], found 3 in the first dimension (is this the trajectory?)");
    }
    SECTION("no trajectory") {
        std::filesystem::remove(folder / "a_traj.hdr");
        CHECK(reading_error(stem) == stem + ": no trajectory: name it, or put it beside the k-space as a_traj");
    }
}
