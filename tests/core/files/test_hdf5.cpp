#include "core/files/hdf5.h"
#include "core/files/hdf5_handle.h"
#include "core/files/hdf5_writer.h"
#include "tests/support/acquisitions.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"

#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>

using namespace tessera;
using namespace tessera::test;

TEST_CASE("datasets and attributes come back as they were written", "[hdf5]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    auto const z = random_complex(24, 1);
    std::vector<double> const x{1.5, -2, 3e300};
    hdf5::DatasetOptions options;
    options.gzip = GENERATE(0, 4);
    {
        hdf5::Writer file(path);
        file.dataset("group/z", Shape{2, 3, 4}, std::span<complex const>(z), options);
        options.complex_members = {"real", "imag"};
        file.dataset("group/named", Shape{24}, std::span<complex const>(z), options);
        file.dataset("x", Shape{3}, std::span<double const>(x), options);
        file.dataset("scalar", Shape{}, std::span<double const>(x).first(1));
        file.dataset("none", Shape{0, 3}, std::span<double const>());
        file.attribute("/", "n", std::int64_t(7));
        file.attribute("group", "list", std::span<double const>(x));
        file.attribute("x", "units", "cycles/voxel");
        CHECK_FALSE(std::filesystem::exists(path));
        file.commit();
    }
    hdf5::File const file(path);
    CHECK(file.datasets() == std::vector<std::string>{"none", "scalar", "x"});
    CHECK(file.groups() == std::vector<std::string>{"group"});
    CHECK(file.has_dataset("group/z"));
    CHECK_FALSE(file.has_dataset("group"));
    CHECK_FALSE(file.has_dataset("nowhere/z"));
    CHECK(file.info("group/z").kind == hdf5::Kind::complex);
    CHECK(file.info("group/z").shape.str() == "[2, 3, 4]");
    CHECK(file.read<complex>("group/z") == z);
    CHECK(file.read<complex>("group/named") == z);
    CHECK(file.read<double>("x") == x);
    CHECK(file.read<double>("scalar") == std::vector<double>{1.5});
    CHECK(file.read<float>("none").empty());
    CHECK(file.number("/", "n") == 7);
    CHECK(file.numbers("group", "list") == x);
    CHECK(file.text("x", "units") == "cycles/voxel");
    CHECK_FALSE(file.number("/", "absent"));

    std::vector<complex> block(2 * 2);
    file.read("group/z", std::span(block), hdf5::Block{{1, 1, 2}, {1, 2, 2}});
    CHECK(block == std::vector<complex>{z[12 + 4 + 2], z[12 + 4 + 3], z[12 + 8 + 2], z[12 + 8 + 3]});
}

TEST_CASE("equal contents are equal bytes, whenever they are written", "[hdf5]") {
    TemporaryFolder const folder;
    std::vector<double> const x{1.5, -2, 3e300};
    auto const write = [&](std::filesystem::path const& path) {
        hdf5::Writer file(path);
        hdf5::DatasetOptions options;
        options.gzip = 4;
        file.dataset("group/packed", Shape{3}, std::span<double const>(x), options);
        file.dataset("plain", Shape{3}, std::span<double const>(x));
        file.group("empty");
        file.attribute("/", "n", std::int64_t(7));
        file.commit();
    };
    write(folder / "a.h5");
    auto const second = std::time(nullptr);
    while (std::time(nullptr) == second) std::this_thread::sleep_for(std::chrono::milliseconds(20)); // HDF5's times are in seconds
    write(folder / "b.h5");
    CHECK(text_of(folder / "a.h5") == text_of(folder / "b.h5"));
}

TEST_CASE("floats with a last extent of 2 read as complex, whole and in blocks", "[hdf5]") {
    TemporaryFolder const folder;
    std::vector<float> const pairs{1, 2, 3, 4, 5, 6};
    hdf5::Writer writer(folder / "a.h5");
    writer.dataset("p", Shape{3, 2}, std::span<float const>(pairs));
    writer.commit();
    hdf5::File const file(folder / "a.h5");
    CHECK(file.complex_shape("p").str() == "[3]");
    CHECK(file.read<Complex<double>>("p") == std::vector<Complex<double>>{{1, 2}, {3, 4}, {5, 6}});
    std::vector<Complex<float>> last(1);
    file.read("p", std::span(last), hdf5::Block{{2}, {1}});
    CHECK(last[0] == Complex<float>{5, 6});
}

TEST_CASE("HDF5 errors are one sentence with file and dataset, and leave no identifier open", "[hdf5]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    auto const z = random_complex(4, 1);
    std::vector<double> const x{1, 2, 3};
    {
        hdf5::Writer writer(path);
        writer.dataset("z", Shape{4}, std::span<complex const>(z));
        writer.dataset("x", Shape{3}, std::span<double const>(x));
        writer.attribute("/", "word", "seven");
        writer.commit();
    }
    auto const before = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    {
        hdf5::File const file(path);
        std::vector<double> two(2);
        CHECK(message_of([&] { file.read<double>("y"); }) == path.string() + ": no dataset 'y' (there are x, z)");
        CHECK(message_of([&] { file.read<double>("z"); }) ==
            path.string() + ": z: expected real numbers, found compound {r, i} of float" + std::to_string(8 * sizeof(real)));
        CHECK(message_of([&] { file.read<complex>("x"); }) ==
            path.string() + ": x: expected complex numbers (compound of two floats, or floats with a last extent of 2), found float64 [3]");
        CHECK(message_of([&] { file.read("x", std::span(two)); }) == path.string() + ": x: 2 values wanted of shape [3]");
        CHECK(message_of([&] {
            file.read("x", std::span(two), hdf5::Block{{2}, {2}});
        }) == path.string() + ": x: block [2, 4) of dimension 0 is outside of shape [3]");
        CHECK(message_of([&] { file.number("/", "word"); }) == path.string() + ": /@word: expected numbers, found string");
        CHECK(message_of([&] { file.datasets("x"); }) == path.string() + ": no group 'x'");
    }
    CHECK(message_of([&] { hdf5::File(folder / "none.h5"); }) == (folder / "none.h5").string() + ": no such file");
    std::ofstream(folder / "text.h5") << "not HDF5";
    CHECK(message_of([&] { hdf5::File(folder / "text.h5"); }) == (folder / "text.h5").string() + ": not an HDF5 file");
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);
    CHECK_THAT(message_of([&] { hdf5::File{path}; }), Catch::Contains("cannot open the HDF5 file") && Catch::Contains("truncated"));
    CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == before);
}
