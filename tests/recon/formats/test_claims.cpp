// Files that claim more than they hold, or hold what nobody may read, are refused before memory is taken for the claim.
#include "core/files/hdf5_handle.h"
#include "core/files/hdf5_writer.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/formats/nifti/nifti_header.h"
#include "recon/formats/read.h"
#include "recon/formats/write.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <sys/resource.h>
#include <zlib.h>

using namespace tessera;
using namespace tessera::test;
using hdf5::Handle;
namespace fs = std::filesystem;

namespace {

std::string error_of(fs::path const& path, ReadOptions const& options = {}) {
    return message_of([&] { read_acquisition(path, options); });
}

long peak_mib() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss / 1024;
}

Handle new_file(fs::path const& path) {
    hdf5::start_library();
    return Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
}

/// A chunked, compressed dataset of floats of which nothing is stored.
void unstored(Handle const& file, char const* name, std::vector<hsize_t> const& extents) {
    Handle const space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr)), layout(H5Pcreate(H5P_DATASET_CREATE));
    std::vector<hsize_t> chunk(extents.size(), 1);
    chunk.back() = extents.back();
    H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_deflate(layout.get(), 1);
    Handle const dataset(H5Dcreate2(file.get(), name, H5T_NATIVE_FLOAT, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT));
    REQUIRE(dataset);
}

void floats(Handle const& file, char const* name, std::vector<hsize_t> const& extents, hid_t creation = H5P_DEFAULT) {
    Handle const space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    Handle const dataset(H5Dcreate2(file.get(), name, H5T_NATIVE_FLOAT, space.get(), H5P_DEFAULT, creation, H5P_DEFAULT));
    std::size_t n = 1;
    for (auto const e : extents) n *= e;
    std::vector<float> const values(n, 1.0f);
    REQUIRE(H5Dwrite(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
}

} // namespace

TEST_CASE("a shape of which nothing is stored is refused without its memory", "[claims]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    {
        auto const file = new_file(path);
        unstored(file, "kspace", {8, 4000, 30000, 2});
        unstored(file, "trajectory", {4000, 30000, 3});
    }
    long const before = peak_mib();
    CHECK_THAT(error_of(path),
        Catch::StartsWith(path.string() + ": kspace: shape [8, 4000, 30000, 2] of float32 is 7.15 GiB") &&
            Catch::Contains("the file stores only 0 B"));
    CHECK(peak_mib() - before < 100);
}

TEST_CASE("extents whose product wraps are refused", "[claims]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    hsize_t const third = (hsize_t{1} << 22) - 1;
    {
        auto const file = new_file(path);
        unstored(file, "kspace", {third, third, third, 2});
        floats(file, "trajectory", {4, 4, 3});
    }
    CHECK_THAT(error_of(path), Catch::Contains("more elements than any machine holds"));
}

TEST_CASE("single numbers and missing datasets are named", "[claims]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    {
        hdf5::Writer file(path);
        std::array<Complex<float>, 1> const one{{{1, 0}}};
        std::array<float, 6> const k{};
        file.dataset("kspace", Shape{}, std::span<Complex<float> const>(one));
        file.dataset("trajectory", Shape{1, 2, 3}, std::span<float const>(k));
        file.commit();
    }
    CHECK(error_of(path) == path.string() + ": kspace: a single number, expected an array");
    ReadOptions options;
    options.datasets = {{"kspace", "kspace"}, {"trajectory", "k"}};
    CHECK_THAT(error_of(path, options), Catch::StartsWith(path.string() + ": no dataset 'k'") || Catch::Contains("a single number"));
}

TEST_CASE("weights of another size than the trajectory are named", "[claims]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    Acquisition const a = random_acquisition();
    hdf5::Writer file(path);
    file.dataset("kspace", a.kspace);
    file.dataset("trajectory", a.trajectory);
    file.dataset("weights", Tensor<real>::zeros(Context(), {4, 7}));
    file.commit();
    CHECK(error_of(path) == path.string() + ": weights: expected [5, 7] as the trajectory has, found shape [4, 7]");
}

TEST_CASE("numbers that are no matrix are refused", "[claims]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition();
    for (auto const& bad : {std::vector<double>{1e300, 8, 8}, {8.5, 8, 8}, {-8, 8, 8}, {0, 8, 8}, {std::nan(""), 8, 8}, {8, 8, 1e5}}) {
        auto const path = folder / "a.h5";
        hdf5::Writer file(path);
        file.dataset("kspace", a.kspace);
        file.dataset("trajectory", a.trajectory);
        file.attribute("/", "trajectory_units", "cycles_per_fov");
        file.attribute("/", "matrix", std::span<double const>(bad));
        file.commit();
        CHECK_THAT(error_of(path),
            Catch::StartsWith(path.string() + ": attribute matrix: found ") && Catch::Contains("whole numbers from 1 to 8192"));
    }
}

TEST_CASE("values in other files are read where that is allowed only", "[claims]") {
    TemporaryFolder const folder;
    Acquisition const a = random_acquisition();
    write_acquisition(folder / "secret.h5", a);
    auto const path = folder / "a.h5";
    ReadOptions allowed;
    allowed.external_files = true;
    allowed.datasets = {{"kspace", "kspace"}, {"trajectory", "trajectory"}};
    allowed.matrix = a.matrix;
    allowed.trajectory_units = TrajectoryUnits::cycles_per_fov;
    ReadOptions refused = allowed;
    refused.external_files = false;
    SECTION("an external link") {
        {
            auto const file = new_file(path);
            H5Lcreate_external("secret.h5", "/kspace", file.get(), "kspace", H5P_DEFAULT, H5P_DEFAULT);
            H5Lcreate_external("secret.h5", "/trajectory", file.get(), "trajectory", H5P_DEFAULT, H5P_DEFAULT);
        }
        CHECK(
            error_of(path, refused) == path.string() + ": 'kspace' lies in another file, which is not read unless external_files is true");
        CHECK(same(read_acquisition(path, allowed).kspace, a.kspace));
    }
    SECTION("a soft link through one") {
        {
            auto const file = new_file(path);
            H5Lcreate_external("secret.h5", "/", file.get(), "other", H5P_DEFAULT, H5P_DEFAULT);
            H5Lcreate_soft("/other/kspace", file.get(), "kspace", H5P_DEFAULT, H5P_DEFAULT);
            H5Lcreate_soft("/other/trajectory", file.get(), "trajectory", H5P_DEFAULT, H5P_DEFAULT);
        }
        CHECK_THAT(error_of(path, refused), Catch::StartsWith(path.string() + ": no dataset 'kspace'"));
        CHECK(same(read_acquisition(path, allowed).kspace, a.kspace));
    }
    SECTION("raw storage") {
        {
            auto const file = new_file(path);
            Handle const creation(H5Pcreate(H5P_DATASET_CREATE));
            H5Pset_external(creation.get(), (folder / "raw").c_str(), 0, H5F_UNLIMITED);
            floats(file, "kspace", {2, 5, 7, 2}, creation.get());
            floats(file, "trajectory", {5, 7, 3});
        }
        CHECK_THAT(error_of(path, refused),
            Catch::Contains("kspace: its values lie in other files, which are not read unless external_files is true"));
        CHECK(error_of(path, allowed) == "no error");
    }
}

TEST_CASE("what the HDF5 library says comes without addresses", "[claims]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    write_acquisition(path, random_acquisition());
    for (std::uintmax_t const part : {3, 5, 9}) {
        fs::resize_file(path, fs::file_size(path) * part / (part + 1));
        auto const error = error_of(path);
        CAPTURE(error);
        CHECK(error != "no error");
        CHECK(error.find("0x") == std::string::npos);
        CHECK(error.find('\n') == std::string::npos);
    }
}

TEST_CASE("a NIfTI header is believed as far as the file goes", "[claims]") {
    TemporaryFolder const folder;
    NiftiHeader h;
    h.put(NiftiHeader::kSize, std::int32_t(348));
    std::int16_t const dims[] = {3, 700, 700, 700};
    for (std::size_t d = 0; d < 4; ++d) h.put(NiftiHeader::kDim, dims[d], d);
    h.put(NiftiHeader::kDatatype, std::int16_t(64));
    h.put(NiftiHeader::kVoxOffset, 352.0f);
    std::memcpy(h.data() + NiftiHeader::kMagic, "n+1", 4);
    std::string bytes(reinterpret_cast<char const*>(h.data()), NiftiHeader::kBytes);
    bytes.resize(368);
    std::ofstream(folder / "a.nii", std::ios::binary) << bytes;
    gzFile const gz = gzopen((folder / "b.nii.gz").c_str(), "wb");
    gzwrite(gz, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(gz);
    long const before = peak_mib();
    for (char const* name : {"a.nii", "b.nii.gz"})
        CHECK_THAT(message_of([&] { read_nifti(Context(), folder / name); }),
            Catch::Contains("700 x 700 x 700 voxels (z, y, x) of 8 bytes are more than the file's"));
    CHECK(peak_mib() - before < 100);
    h.put(NiftiHeader::kDim, std::int16_t(0), 0);
}
