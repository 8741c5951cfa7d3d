#include "recon/formats/nifti/nifti.h"
#include "tests/support/acquisitions.h"
#include "tests/support/data.h"
#include "tests/support/temporary_folder.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace tessera;
using namespace tessera::test;

namespace {

/// The bytes of a file, read without any of the code that is tested.
struct Bytes {
    std::vector<char> bytes;
    explicit Bytes(std::filesystem::path const& path) {
        std::ifstream in(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    template <class T> T at(std::size_t offset) const {
        REQUIRE(offset + sizeof(T) <= bytes.size());
        T value;
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
        return value;
    }
};

Tensor<real> ramp(Shape const& shape) {
    Tensor<real> t(Context(), shape);
    for (index_t i = 0; i < t.size(); ++i) t.data()[i] = static_cast<real>(i);
    return t;
}

/// A NIfTI file by hand: 2 x 3 x 2 voxels of type T counting from `first`.
template <class T> std::vector<char> handmade(std::int16_t type, double first, float slope, float intercept, bool big_endian) {
    std::vector<char> bytes(352 + 12 * sizeof(T));
    auto const put = [&](std::size_t offset, auto value) {
        auto* const raw = reinterpret_cast<char*>(&value);
        if (big_endian) std::reverse(raw, raw + sizeof(value));
        std::memcpy(bytes.data() + offset, raw, sizeof(value));
    };
    put(0, std::int32_t(348));
    for (int d = 0; d < 8; ++d)
        put(40 + 2 * static_cast<std::size_t>(d), std::int16_t(d == 0 ? 3 : d == 1 ? 2 : d == 2 ? 3 : d == 3 ? 2 : 1));
    put(70, type);
    for (int d = 0; d < 4; ++d) put(76 + 4 * static_cast<std::size_t>(d), d == 0 ? -1.0f : float(d)); // qfac -1, voxels 1, 2, 3 mm
    put(108, 352.0f);
    put(112, slope);
    put(116, intercept);
    put(252, std::int16_t(1));
    put(264, 1.0f); // quaternion (0, 0, 1): half a turn about z
    put(268, 10.0f);
    put(272, 20.0f);
    put(276, 30.0f);
    std::memcpy(bytes.data() + 344, "n+1", 4);
    for (std::size_t i = 0; i < 12; ++i) put(352 + i * sizeof(T), static_cast<T>(first + double(i)));
    return bytes;
}

void write_bytes(std::filesystem::path const& path, std::vector<char> const& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

template <class T> void check_type(std::int16_t type, double first, bool big_endian) {
    TemporaryFolder const folder;
    write_bytes(folder / "a.nii", handmade<T>(type, first, 2, -1, big_endian));
    NiftiVolume const v = read_nifti(Context(), folder / "a.nii");
    REQUIRE(v.values.shape().str() == "[2, 3, 2]");
    for (index_t i = 0; i < 12; ++i) CHECK(v.values.data()[i] == real(2 * (first + double(i)) - 1));
}

} // namespace

TEST_CASE("the bytes of a written NIfTI file are those of the standard", "[nifti]") {
    TemporaryFolder const folder;
    // 3 x 5 x 4 voxels (x, y, z) of 2 x 1.5 x 5 mm, centre voxel (1, 2, 2) at LPS (10, -20, 30)
    write_nifti(folder / "a.nii", ramp({4, 5, 3}), {{20, 7.5, 6}, {10, -20, 30}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    Bytes const b(folder / "a.nii");
    CHECK(b.bytes.size() == 352 + 60 * 4);
    CHECK(b.at<std::int32_t>(0) == 348);
    for (std::size_t d = 0; d < 8; ++d) CHECK(b.at<std::int16_t>(40 + 2 * d) == (std::int16_t[]){3, 3, 5, 4, 1, 1, 1, 1}[d]);
    CHECK(b.at<std::int16_t>(70) == 16);
    CHECK(b.at<std::int16_t>(72) == 32);
    // LPS to RAS turns x and y round: half a turn about z, no reflection
    for (std::size_t d = 0; d < 4; ++d) CHECK(b.at<float>(76 + 4 * d) == (float[]){1, 2, 1.5f, 5}[d]);
    CHECK(b.at<float>(108) == 352);
    CHECK(b.at<char>(123) == 2);
    CHECK(b.at<std::int16_t>(252) == 1);
    CHECK(b.at<std::int16_t>(254) == 1);
    for (std::size_t d = 0; d < 3; ++d) CHECK(b.at<float>(256 + 4 * d) == Approx((float[]){0, 0, 1}[d]).margin(1e-6));
    // RAS of voxel (0, 0, 0): (-10 + 1 * 2, 20 + 2 * 1.5, 30 - 2 * 5)
    float const sform[] = {-2, 0, 0, -8, 0, -1.5f, 0, 23, 0, 0, 5, 20};
    for (std::size_t i = 0; i < 12; ++i) CHECK(b.at<float>(280 + 4 * i) == sform[i]);
    for (std::size_t d = 0; d < 3; ++d) CHECK(b.at<float>(268 + 4 * d) == sform[4 * d + 3]);
    CHECK(std::string(b.bytes.data() + 344) == "n+1");
    for (std::size_t i = 0; i < 60; ++i) CHECK(b.at<float>(352 + 4 * i) == float(i)); // x fastest, then y, then z
}

TEST_CASE("several volumes are one file of four dimensions", "[nifti]") {
    TemporaryFolder const folder;
    write_nifti(folder / "a.nii", ramp({2, 3, 4, 5}), {{30, 4, 10}, {}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    Bytes const b(folder / "a.nii");
    CHECK(b.bytes.size() == 352 + 120 * 4);
    for (std::size_t d = 0; d < 8; ++d) CHECK(b.at<std::int16_t>(40 + 2 * d) == (std::int16_t[]){4, 5, 4, 3, 2, 1, 1, 1}[d]);
    for (std::size_t d = 1; d < 5; ++d) CHECK(b.at<float>(76 + 4 * d) == (float[]){0, 2, 1, 10, 1}[d]);
    for (std::size_t i = 0; i < 120; ++i) CHECK(b.at<float>(352 + 4 * i) == float(i)); // states are slowest
}

TEST_CASE("volumes and affines come back, compressed or not, turned or mirrored", "[nifti]") {
    TemporaryFolder const folder;
    auto const path = folder / GENERATE("a.nii", "a.nii.gz");
    double const c = std::cos(0.3), s = std::sin(0.3), mirror = GENERATE(1, -1);
    Geometry const g{{20, 7.5, 6}, {10, -20, 30}, {c, s, 0}, {-s * 0.6, c * 0.6, 0.8}, {mirror * s * 0.8, -mirror * c * 0.8, mirror * 0.6}};
    auto const volume = ramp({4, 5, 3});
    write_nifti(path, volume, g);
    NiftiVolume const v = read_nifti(Context(), path);
    CHECK(same(v.values, volume));
    Geometry const back = geometry_from(v.affine, {4, 5, 3});
    for (std::size_t d = 0; d < 3; ++d) {
        CHECK(back.fov_mm[d] == Approx(g.fov_mm[d]));
        CHECK(back.centre_mm[d] == Approx(g.centre_mm[d]));
        CHECK(back.x_direction[d] == Approx(g.x_direction[d]).margin(1e-6));
        CHECK(back.y_direction[d] == Approx(g.y_direction[d]).margin(1e-6));
        CHECK(back.z_direction[d] == Approx(g.z_direction[d]).margin(1e-6));
        CHECK(v.voxel_mm[d] == Approx((Vector3{5, 1.5, 2})[d]));
    }
    if (path.extension() == ".gz") return;
    // without the sform, the qform says the same
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(254);
        file.write("\0", 2);
    }
    Affine const q = read_nifti(Context(), path).affine;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t k = 0; k < 4; ++k) CHECK(q[r][k] == Approx(v.affine[r][k]).margin(1e-5));
}

TEST_CASE("every real voxel type of NIfTI reads, in both byte orders, with slope, intercept and qform", "[nifti]") {
    bool const big_endian = GENERATE(false, true);
    check_type<std::uint8_t>(2, 240, big_endian);
    check_type<std::int16_t>(4, -300, big_endian);
    check_type<std::int32_t>(8, -70000, big_endian);
    check_type<float>(16, -0.5, big_endian);
    check_type<double>(64, 0.25, big_endian);
    check_type<std::int8_t>(256, -6, big_endian);
    check_type<std::uint16_t>(512, 65000, big_endian);
    check_type<std::uint32_t>(768, 4000000, big_endian);
    check_type<std::int64_t>(1024, -5000000, big_endian);
    check_type<std::uint64_t>(1280, 5000000, big_endian);

    TemporaryFolder const folder;
    write_bytes(folder / "a.nii", handmade<float>(16, 0, 0, 7, big_endian)); // slope 0: not scaled
    NiftiVolume const v = read_nifti(Context(), folder / "a.nii");
    CHECK(v.values.data()[11] == 11);
    // half a turn about z and qfac -1: x and y turned round, z mirrored
    Affine const expected{{{-1, 0, 0, 10}, {0, -2, 0, 20}, {0, 0, -3, 30}}};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t k = 0; k < 4; ++k) CHECK(v.affine[r][k] == Approx(expected[r][k]).margin(1e-6));
    CHECK(v.voxel_mm == Vector3{3, 2, 1});
}

TEST_CASE("magnitude and phase are written beside each other", "[nifti]") {
    TemporaryFolder const folder;
    Tensor<complex> const volume = Tensor<complex>::from(Context(), {1, 1, 2}, std::vector<complex>{{3, 4}, {0, -2}});
    write_nifti_complex(folder / "image", volume, {});
    auto const magnitude = read_nifti(Context(), folder / "image_magnitude.nii.gz").values;
    auto const phase = read_nifti(Context(), folder / "image_phase.nii.gz").values;
    CHECK(magnitude.data()[0] == 5);
    CHECK(magnitude.data()[1] == 2);
    CHECK(phase.data()[0] == Approx(std::atan2(4, 3)));
    CHECK(phase.data()[1] == Approx(-M_PI / 2));
}

TEST_CASE("files that are no NIfTI-1 volume are refused", "[nifti]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.nii";
    auto const error = [&] { return message_of([&] { read_nifti(Context(), path); }); };
    auto bytes = handmade<float>(16, 0, 1, 0, false);
    CHECK(error() == path.string() + ": no such file");
    SECTION("truncated voxels") {
        bytes.resize(bytes.size() - 5);
        write_bytes(path, bytes);
        CHECK(error() == path.string() + ": the file ends within the voxels: expected 48 bytes, found 43");
    }
    SECTION("truncated header") {
        bytes.resize(100);
        write_bytes(path, bytes);
        CHECK(error() == path.string() + ": the file ends within the header: expected 348 bytes, found 100");
    }
    SECTION("text") {
        write_bytes(path, std::vector<char>(400, 'x'));
        CHECK(error() == path.string() + ": not a NIfTI-1 file: the header does not start with its size 348");
    }
    SECTION("pair of files") {
        std::memcpy(bytes.data() + 344, "ni1", 4);
        write_bytes(path, bytes);
        CHECK(error() ==
            path.string() + ": not a single-file NIfTI-1 volume: expected the magic 'n+1', found 'ni1' (a pair of .hdr and .img)");
    }
    SECTION("complex voxels") {
        bytes[70] = 32;
        write_bytes(path, bytes);
        CHECK(error() == path.string() + ": datatype 32 is not supported: expected real numbers (integers, float32 or float64)");
    }
    SECTION("several volumes") {
        bytes[40] = 4;
        bytes[48] = 2;
        write_bytes(path, bytes);
        CHECK(error() == path.string() + ": dim[4] is 2, expected one volume");
    }
    SECTION("no voxels") {
        bytes[42] = 0;
        write_bytes(path, bytes);
        CHECK(error() == path.string() + ": dim[1] is 0, expected a positive number");
    }
}

TEST_CASE("the measured volumes read", "[nifti]") {
    auto const ct = shared_data("volumes/chest_ct_lidc0314.nii.gz"), head = shared_data("volumes/head_datalad_t1.nii.gz");
    if (!ct || !head) {
        WARN("skipped: no volumes");
        return;
    }
    NiftiVolume const v = read_nifti(Context(), *ct);
    CHECK(v.voxel_mm[2] == Approx(1.5).epsilon(0.1));
    CHECK(v.values.size() > 1000000);
    CHECK(read_nifti(Context(), *head).voxel_mm[0] == Approx(1).epsilon(0.1));
}
