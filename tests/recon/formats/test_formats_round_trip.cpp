// What is written reads back, in every format that can be written.
#include "core/files/hdf5_handle.h"
#include "core/files/hdf5_writer.h"
#include "recon/formats/cfl.h"
#include "recon/formats/mri_raw.h"
#include "recon/formats/read.h"
#include "recon/formats/write.h"
#include "tests/support/acquisitions.h"
#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

TEST_CASE("the own format keeps everything", "[formats]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition();
    write_acquisition(folder / "a.h5", a);
    Acquisition const b = read_acquisition(folder / "a.h5");
    CHECK(b.format == "tessera");
    CHECK(b.notes.empty());
    CHECK(same(a.kspace, b.kspace));
    CHECK(same(a.trajectory, b.trajectory));
    CHECK(same(a.weights, b.weights));
    CHECK(same(a.noise, b.noise));
    CHECK(same(a.maps, b.maps));
    CHECK(same(a.reference, b.reference));
    CHECK(same(a.vessels, b.vessels));
    CHECK(b.times == a.times);
    CHECK(b.respiration == a.respiration);
    CHECK(b.matrix == a.matrix);
    CHECK(b.geometry.fov_mm == a.geometry.fov_mm);
    CHECK(b.geometry.centre_mm == a.geometry.centre_mm);
    CHECK(b.geometry.x_direction == a.geometry.x_direction);
    CHECK(b.geometry.z_direction == a.geometry.z_direction);
}

TEST_CASE("MRI_Raw.h5 keeps what the layout has a place for", "[formats]") {
    TemporaryFolder const folder;
    Acquisition a = random_acquisition();
    write_acquisition(folder / "a.h5", a, "mri_raw");
    Acquisition const b = read_acquisition(folder / "a.h5");
    CHECK(b.format == "mri_raw");
    CHECK(same(a.kspace, b.kspace));
    CHECK(same(a.trajectory, b.trajectory));
    CHECK(same(a.weights, b.weights));
    CHECK(same(a.noise, b.noise));
    CHECK(b.matrix == a.matrix);
    CHECK(b.geometry.fov_mm == a.geometry.fov_mm);
    CHECK(b.times == a.times);
    CHECK(b.respiration == a.respiration);
    CHECK_FALSE(b.maps);
    // as the layout has it, whatever the precision of this build
    hdf5::File const file(folder / "a.h5");
    CHECK(file.info("Kdata/KData_E0_C1").type == "compound {real, imag} of float32");
    CHECK(file.info("Kdata/KX_E0").type == "float32");
    CHECK(file.info("Kdata/KX_E0").shape.str() == "[1, 5, 7]");
    CHECK(file.number("Kdata", "Num_Coils") == 2);
    CHECK(file.number("Kdata", "fovx") == 120);
    CHECK(file.number("Kdata", "dft_neededZ") == 1);
}

TEST_CASE("BART files keep the arrays", "[formats]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition(GENERATE(1, 3));
    write_acquisition(folder / "scan", a, "bart");
    ReadOptions options;
    options.matrix = a.matrix;
    for (auto const* name : {"scan_ksp", "scan_ksp.cfl", "scan_ksp.hdr"}) {
        Acquisition const b = read_acquisition(folder / name, options);
        CHECK(b.format == "bart");
        CHECK(same(a.kspace, b.kspace));
        CHECK(same(a.trajectory, b.trajectory));
        CHECK(same(a.weights, b.weights));
        CHECK(b.matrix == a.matrix);
    }
    CHECK(same(read_cfl(Context(), folder / "scan_maps").reshape(a.maps->shape()), *a.maps));
}

TEST_CASE("MRI_Raw.h5 without attributes, flattened, with 2D arrays and several encodings", "[formats]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition();
    std::string const members = GENERATE("r,i", "real,imag", "pairs");
    Shape const coordinates = GENERATE(Shape{5, 7}, Shape{1, 5, 7}, Shape{5, 1, 7});
    hdf5::DatasetOptions options;
    if (members == "real,imag") options.complex_members = {"real", "imag"};
    {
        hdf5::Writer file(folder / "MRI_Raw.h5");
        for (int encoding = 0; encoding < 2; ++encoding) {
            for (std::size_t axis = 0; axis < 3; ++axis) {
                std::vector<real> k;
                for (index_t i = 0; i < 35; ++i)
                    k.push_back(a.trajectory.data()[3 * i + static_cast<index_t>(axis)] * (encoding ? real(0.5) : real(1)));
                file.dataset(fmt::format("Kdata/K{}_E{}", "XYZ"[axis], encoding), coordinates, std::span<real const>(k));
            }
            for (index_t c = 0; c < 2; ++c) {
                std::string const name = fmt::format("Kdata/KData_E{}_C{}", encoding, c);
                auto const coil = a.kspace[c];
                auto const values = coil.host();
                if (members == "pairs")
                    file.dataset(name, Shape{35, 2}, std::span(reinterpret_cast<real const*>(values.data()), 70));
                else
                    file.dataset(name, Shape{35}, std::span<complex const>(values), options);
            }
        }
        file.commit();
    }
    Acquisition const b = read_acquisition(folder / "MRI_Raw.h5");
    CHECK(same(b.kspace, a.kspace));
    CHECK(same(b.trajectory, a.trajectory));
    CHECK_FALSE(b.weights);
    CHECK_FALSE(b.noise);
    CHECK(b.matrix == Matrix{0, 0, 0});
    CHECK(std::count(b.notes.begin(), b.notes.end(), "encoding 0 of 2") == 1);
    ReadOptions second;
    second.encoding = 1;
    CHECK(read_acquisition(folder / "MRI_Raw.h5", second).trajectory.data()[4] == a.trajectory.data()[4] / 2);
}

TEST_CASE("one slice of 2D multi-slice MRI_Raw.h5 is read", "[formats]") {
    TemporaryFolder const folder;
    std::vector<float> k(3 * 2 * 4);
    std::vector<Complex<float>> y(k.size());
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = {float(i), 0};
    {
        hdf5::Writer file(folder / "a.h5");
        for (char const* axis : {"KX", "KY"}) file.dataset(fmt::format("Kdata/{}_E0", axis), Shape{3, 2, 4}, std::span<float const>(k));
        file.dataset("Kdata/KData_E0_C0", Shape{3, 2, 4}, std::span<Complex<float> const>(y));
        file.attribute("Kdata", "dft_neededZ", std::int64_t(0));
        file.commit();
    }
    ReadOptions options;
    options.slice = 2;
    Acquisition const a = read_acquisition(folder / "a.h5", options);
    CHECK(a.kspace.shape().str() == "[1, 2, 4]");
    CHECK(a.kspace.data()[0].re == 16);
    options.slice = 3;
    CHECK(message_of([&] { read_acquisition(folder / "a.h5", options); }) == (folder / "a.h5").string() + ": slice 3 of 3 slices");
}

TEST_CASE("stated units of a plain HDF5 file are used, absent ones detected, and the user overrides both", "[formats]") {
    TemporaryFolder const folder;
    Context const host;
    Acquisition const a = random_acquisition(1, 1, 2);
    std::vector<real> const k{0, 0, real(0.45), real(-0.2)}; // 2D, cycles per voxel
    std::string const stated = GENERATE("", "cycles_per_voxel", "radians_per_voxel");
    {
        hdf5::Writer file(folder / "a.h5");
        file.dataset("kspace", a.kspace.reshape({1, 2}));
        file.dataset("trajectory", Shape{1, 2, 2}, std::span<real const>(k));
        std::vector<std::int64_t> const matrix{64, 32};
        file.attribute("/", "matrix", std::span<std::int64_t const>(matrix));
        if (!stated.empty()) file.attribute("/", "trajectory_units", stated);
        file.commit();
    }
    double const scale = stated == "radians_per_voxel" ? 1 / (2 * M_PI) : 1;
    Acquisition const b = read_acquisition(folder / "a.h5");
    CHECK(b.matrix == Matrix{1, 64, 32});
    CHECK(b.trajectory.shape().str() == "[1, 2, 3]");
    CHECK(b.trajectory.data()[3] == Approx(0.45 * 32 * scale));
    CHECK(b.trajectory.data()[4] == Approx(-0.2 * 64 * scale));
    CHECK(b.notes.size() == (stated.empty() ? 1u : 0u));
    ReadOptions options;
    options.trajectory_units = TrajectoryUnits::cycles_per_fov;
    CHECK(read_acquisition(folder / "a.h5", options).trajectory.data()[3] == real(0.45));
}

TEST_CASE("ISMRMRD keeps what the standard has a place for", "[formats]") {
    TemporaryFolder const folder;
    bool const weights = GENERATE(true, false);
    Acquisition a = random_acquisition(2, 300, 7); // more readouts than are written at once
    if (!weights) a.weights.reset();
    a.noise = Tensor<complex>::from(Context(), {2, 5000}, random_complex(10000, 7));
    write_acquisition(folder / "a.mrd", a, "ismrmrd");
    ReadOptions options;
    options.trajectory_units = TrajectoryUnits::cycles_per_voxel;
    Acquisition const b = read_acquisition(folder / "a.mrd", options);
    CHECK(b.format == "ismrmrd");
    CHECK(same(a.kspace, b.kspace));
    CHECK(a.trajectory.shape() == b.trajectory.shape());
    real largest = 0;
    for (index_t i = 0; i < a.trajectory.size(); ++i)
        largest = std::max(largest, std::abs(a.trajectory.data()[i] - b.trajectory.data()[i]));
    CHECK(largest < 1e-5);
    CHECK(same(a.weights, b.weights));
    REQUIRE(b.noise);
    CHECK(b.noise->shape() == Shape{2, 5000});
    CHECK(std::abs(b.noise->view<2>()(1, 4999).re - a.noise->view<2>()(1, 4999).re) < 1e-6);
    CHECK(b.matrix == a.matrix);
    CHECK(b.geometry.fov_mm == a.geometry.fov_mm);
    CHECK(b.geometry.centre_mm == a.geometry.centre_mm);
    CHECK(b.geometry.x_direction == a.geometry.x_direction);
    REQUIRE(b.times.size() == a.times.size());
    CHECK(b.times[200] - b.times[0] == Approx(50));
    using hdf5::Handle;
    Handle const file(H5Fopen((folder / "a.mrd").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    Handle const table(H5Dopen2(file.get(), "dataset/data", H5P_DEFAULT)), record(H5Dget_type(table.get()));
    CHECK(H5Tget_size(Handle(H5Tget_member_type(record.get(), 0)).get()) == 340); // as the standard's structure in memory
    write_acquisition(folder / "again.mrd", a, "ismrmrd");
    CHECK(text_of(folder / "a.mrd") == text_of(folder / "again.mrd"));
    a.matrix = {0, 0, 0};
    CHECK_THAT(message_of([&] { write_acquisition(folder / "none.mrd", a, "ismrmrd"); }), Catch::Contains("ISMRMRD states a matrix"));
    CHECK_FALSE(std::filesystem::exists(folder / "none.mrd"));
}

TEST_CASE("BART files of several echoes and frames give the one that is asked for", "[formats]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition(2, 5, 7);
    write_acquisition(folder / "one", a, "bart");
    Tensor<complex> const kspace(Context(), {3, 2, 2, 5, 7}); // [frame, echo, coil, readout, sample]
    for (index_t f = 0; f < 3; ++f)
        for (index_t e = 0; e < 2; ++e)
            for (index_t i = 0; i < 70; ++i) kspace[f][e].data()[i] = complex{static_cast<real>(10 * f + e), 0} + a.kspace.data()[i];
    write_cfl(folder / "all_ksp", kspace, {1, 7, 5, 2, 1, 2, 1, 1, 1, 1, 3});
    Tensor<complex> const k(Context(), {2, 5, 7, 3}); // a trajectory for each echo, the same for all frames
    for (index_t e = 0; e < 2; ++e)
        for (index_t i = 0; i < 105; ++i) k[e].data()[i] = {a.trajectory.data()[i] / static_cast<real>(e + 1), 0};
    write_cfl(folder / "all_traj", k, {3, 7, 5, 1, 1, 2});
    ReadOptions options;
    options.matrix = a.matrix;
    options.contrast = 1;
    options.frame = 2;
    auto const b = read_acquisition(folder / "all_ksp", options);
    CHECK(b.kspace.shape() == Shape{2, 5, 7});
    CHECK(b.kspace.data()[69].re == Approx(static_cast<double>(a.kspace.data()[69].re) + 21));
    CHECK(b.trajectory.data()[100] == Approx(a.trajectory.data()[100] / 2));
    CHECK(std::find(b.notes.begin(), b.notes.end(), "contrast 1 of 2") != b.notes.end());
    CHECK(std::find(b.notes.begin(), b.notes.end(), "frame 2 of 3") != b.notes.end());
    options.contrast = options.frame = 0;
    CHECK(same(read_acquisition(folder / "all_ksp", options).kspace, a.kspace));
    options.frame = 3;
    CHECK_THAT(message_of([&] { read_acquisition(folder / "all_ksp", options); }), Catch::Contains("frame 3 of 3 in BART's dimension 10"));
}
