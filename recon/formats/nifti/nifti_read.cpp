#include "recon/formats/nifti/nifti_header.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <zlib.h>

namespace tessera {

namespace {

struct CloseGzip {
    void operator()(gzFile_s* file) const { gzclose_r(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

/// Reads exactly `size` bytes, of compressed and plain files alike.
void read_bytes(Gzip const& file, void* to, std::size_t size, std::string const& source, char const* what) {
    auto* bytes = static_cast<char*>(to);
    for (std::size_t done = 0; done < size;) {
        auto const wanted = static_cast<unsigned>(std::min<std::size_t>(size - done, 1u << 30));
        int const n = gzread(file.get(), bytes + done, wanted);
        int status = 0;
        char const* const reason = gzerror(file.get(), &status);
        require(n > 0, "{}: the file ends within the {}: expected {} bytes, found {}{}{}", source, what, size, done, status < 0 ? ": " : "",
            status < 0 ? reason : "");
        done += static_cast<std::size_t>(n);
    }
}

void check_header(NiftiHeader& h, std::string const& source) {
    if (h.get<std::int32_t>(NiftiHeader::kSize) != 348) h.set_swapped(true);
    require(h.get<std::int32_t>(NiftiHeader::kSize) == 348, "{}: not a NIfTI-1 file: the header does not start with its size 348", source);
    char magic[4];
    std::memcpy(magic, h.data() + NiftiHeader::kMagic, 4);
    require(std::memcmp(magic, "n+1", 4) == 0, "{}: not a single-file NIfTI-1 volume: expected the magic 'n+1'{}", source,
        std::memcmp(magic, "ni1", 4) == 0 ? ", found 'ni1' (a pair of .hdr and .img)" : "");
}

Matrix matrix_of(NiftiHeader const& h, std::string const& source) {
    int const rank = h.get<std::int16_t>(NiftiHeader::kDim);
    require(rank >= 1 && rank <= 7, "{}: dim[0] is {}, expected 1 ... 7", source, rank);
    Matrix m{1, 1, 1};
    for (int d = 1; d <= rank; ++d) {
        index_t const n = h.get<std::int16_t>(NiftiHeader::kDim, static_cast<std::size_t>(d));
        require(n >= 1, "{}: dim[{}] is {}, expected a positive number", source, d, n);
        require(d <= 3 || n == 1, "{}: dim[{}] is {}, expected one volume", source, d, n);
        if (d <= 3) m[static_cast<std::size_t>(3 - d)] = n;
    }
    return m;
}

constexpr double kBestCompression = 1032; // bytes that deflate makes of one, at most

/// The volume of a file that was opened at its first voxel, after a look at whether the file can hold it at all.
template <class T> Tensor<real> read_values(Context const& host, Gzip const& file, NiftiHeader const& h, Matrix const& m, double slope,
    double intercept, double file_bytes, std::string const& source) {
    Shape const shape{m[0], m[1], m[2]};
    double const wanted = static_cast<double>(shape.size()) * sizeof(T), most = file_bytes * (gzdirect(file.get()) ? 1 : kBestCompression);
    require(wanted <= most, "{}: {} x {} x {} voxels (z, y, x) of {} bytes are more than the file's {:.0f} bytes hold", source, m[0], m[1],
        m[2], sizeof(T), file_bytes);
    Tensor<real> const to(host, shape);
    std::vector<T> values;
    for (index_t begin = 0; begin < shape.size(); begin += index_t{1} << 20) {
        values.resize(static_cast<std::size_t>(std::min(shape.size() - begin, index_t{1} << 20)));
        read_bytes(file, values.data(), values.size() * sizeof(T), source, "voxels");
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (h.swapped()) {
                auto* const bytes = reinterpret_cast<std::byte*>(&values[i]);
                std::reverse(bytes, bytes + sizeof(T));
            }
            to.data()[begin + static_cast<index_t>(i)] = static_cast<real>(slope * static_cast<double>(values[i]) + intercept);
        }
    }
    return to;
}

} // namespace

NiftiVolume read_nifti(Context const& host, std::filesystem::path const& path) {
    std::string const source = path.string();
    std::error_code ignored;
    require(std::filesystem::is_regular_file(path, ignored), "{}: no such file", source);
    Gzip const file(gzopen(path.c_str(), "rb"));
    require(file != nullptr, "{}: cannot open the file", source);
    NiftiHeader h;
    read_bytes(file, h.data(), NiftiHeader::kBytes, source, "header");
    check_header(h, source);
    Matrix const m = matrix_of(h, source);

    double const offset = h.get<float>(NiftiHeader::kVoxOffset);
    require(offset >= double(NiftiHeader::kBytes) && offset < 1e9, "{}: vox_offset is {}, expected at least 352", source, offset);
    require(gzseek(file.get(), static_cast<z_off_t>(offset), SEEK_SET) >= 0, "{}: the file ends before the voxels at byte {}", source,
        offset);

    double slope = h.get<float>(NiftiHeader::kSlope), intercept = h.get<float>(NiftiHeader::kIntercept);
    require(std::isfinite(slope) && std::isfinite(intercept), "{}: scl_slope and scl_inter are {} and {}, expected finite numbers", source,
        slope, intercept);
    if (slope == 0) slope = 1, intercept = 0; // the format's way to say: not scaled

    NiftiVolume v;
    auto const file_bytes = static_cast<double>(std::filesystem::file_size(path));
    auto const read = [&]<class T>(T) { v.values = read_values<T>(host, file, h, m, slope, intercept, file_bytes, source); };
    switch (int const type = h.get<std::int16_t>(NiftiHeader::kDatatype)) {
    case 2: read(std::uint8_t{}); break;
    case 4: read(std::int16_t{}); break;
    case 8: read(std::int32_t{}); break;
    case 16: read(float{}); break;
    case 64: read(double{}); break;
    case 256: read(std::int8_t{}); break;
    case 512: read(std::uint16_t{}); break;
    case 768: read(std::uint32_t{}); break;
    case 1024: read(std::int64_t{}); break;
    case 1280: read(std::uint64_t{}); break;
    default: fail("{}: datatype {} is not supported: expected real numbers (integers, float32 or float64)", source, type);
    }
    v.affine = h.affine();
    for (auto const& row : v.affine)
        for (double const x : row) require(std::isfinite(x), "{}: the affine of the header has {}: expected finite numbers", source, x);
    Geometry const g = geometry_from(v.affine, m);
    v.voxel_mm = tessera::voxel_mm(g, m);
    return v;
}

} // namespace tessera
