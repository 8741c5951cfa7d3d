// Scans as NumPy arrays in a folder.
#include "recon/formats/numpy/npy_array.h"
#include "recon/formats/read.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

using namespace tessera;
using namespace tessera::test;

namespace {

// As numpy.save writes: version 1 pads its header to 64 bytes, version 2 counts it by four bytes.
template <class T> void save(std::filesystem::path const& path, std::string const& type, std::string const& shape,
    std::vector<T> const& values, int version = 1, std::string const& order = "False") {
    std::string header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    header.resize((header.size() + 12 + 64) / 64 * 64 - 12 + (version == 1 ? 2 : 0), ' ');
    header.back() = '\n';
    std::ofstream file(path, std::ios::binary);
    auto const n = header.size();
    file << "\x93NUMPY" << char(version) << '\0' << char(n % 256) << char(n / 256);
    if (version > 1) file << '\0' << '\0';
    file << header;
    file.write(reinterpret_cast<char const*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

std::vector<double> ramp(index_t n, double step) {
    std::vector<double> values;
    for (index_t i = 0; i < n; ++i) values.push_back(step * static_cast<double>(i) - 1);
    return values;
}

std::string error_of_npy(std::filesystem::path const& path) {
    return message_of([&] { read_npy_real(Context(), path); });
}

} // namespace

TEST_CASE("a folder of NumPy arrays is a scan", "[formats][numpy]") {
    TemporaryFolder const folder;
    index_t const coils = 2, readouts = 3, samples = 5;
    auto const k = ramp(coils * readouts * samples * 2, 0.25), at = ramp(readouts * samples * 3, 0.125), w = ramp(readouts * samples, 1);
    std::vector<float> narrow(k.begin(), k.end());
    std::vector<double> positive;
    for (double const v : w) positive.push_back(v + 2);
    int const version = GENERATE(1, 2);
    save(folder / "ksp.npy", "<c8", "(2, 3, 5)", narrow, version);
    save(folder / "coord.npy", "<f8", "(3, 5, 3)", at, version);
    ReadOptions options;
    options.matrix = {16, 16, 16};

    Acquisition const bare = read_acquisition(folder.path(), options);
    CHECK(bare.format == "numpy");
    CHECK_FALSE(bare.weights);
    REQUIRE(bare.kspace.shape() == Shape{2, 3, 5});
    REQUIRE(bare.trajectory.shape() == Shape{3, 5, 3});
    for (index_t i = 0; i < bare.kspace.size(); ++i) {
        CHECK(bare.kspace.data()[i].re == real(k[static_cast<std::size_t>(2 * i)]));
        CHECK(bare.kspace.data()[i].im == real(k[static_cast<std::size_t>(2 * i + 1)]));
    }
    for (index_t i = 0; i < bare.trajectory.size(); ++i) CHECK(bare.trajectory.data()[i] == real(at[static_cast<std::size_t>(i)]));

    save(folder / "dcf.npy", "<f8", "(3, 5)", positive);
    save(folder / "other.npy", "<c16", "(2, 3, 5)", k); // the k-space by its name
    Acquisition const whole = read_acquisition(folder / "other.npy", options);
    REQUIRE(whole.weights);
    for (index_t i = 0; i < whole.weights->size(); ++i) CHECK(whole.weights->data()[i] == real(positive[static_cast<std::size_t>(i)]));
    CHECK(whole.kspace.to_host() == bare.kspace.to_host());
}

TEST_CASE("two coordinates lie in a plane", "[formats][numpy]") {
    TemporaryFolder const folder;
    save(folder / "ksp.npy", "<c16", "(1, 2, 4)", ramp(16, 1));
    save(folder / "coord.npy", "<f8", "(2, 4, 2)", ramp(16, 0.25));
    ReadOptions options;
    options.matrix = {1, 16, 16};
    Acquisition const a = read_acquisition(folder.path(), options);
    for (index_t i = 0; i < 8; ++i) {
        CHECK(a.trajectory.data()[3 * i] == real(0.25 * double(2 * i) - 1));
        CHECK(a.trajectory.data()[3 * i + 2] == 0);
    }
}

TEST_CASE("arrays that are not what their headers say are refused", "[formats][numpy]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.npy";
    auto const expect = [&](std::string const& message) { CHECK(error_of_npy(path) == path.string() + ": " + message); };
    expect("no such file");
    std::ofstream(path) << "\x93NUMPX";
    expect("not a .npy file of NumPy");
    save(path, "<i4", "(3,)", ramp(3, 1));
    expect("values of type '<i4', expected '<f4' or '<f8'");
    save(path, "<f8", "(4,)", ramp(3, 1));
    expect("expected 4 values of 8 bytes as the header says, found 24 bytes");
    save(path, "<f8", "(9223372036854775807, 3)", ramp(3, 1));
    expect("the extents are too large to be true: (9223372036854775807, 3)");
    save(path, "<f8", "(3, 0)", ramp(0, 1));
    expect("axis 1 has 0 values, expected 1 or more");
    save(path, "<f8", "(3, x)", ramp(3, 1));
    expect("the shape is (3, x), expected at most 8 numbers");
    save(path, "<f8", "(3,)", ramp(3, 1), 1, "True");
    expect("the array is in Fortran's order, expected C's (numpy.ascontiguousarray)");
    save(path, "<f8", "(3,)", ramp(3, 1), 9);
    expect("version 9 of the .npy format, expected 1 to 3");
    save(path, "<f8", "(3,)", ramp(3, 1));
    std::filesystem::resize_file(path, 60);
    expect("the file ends within its header");
}
