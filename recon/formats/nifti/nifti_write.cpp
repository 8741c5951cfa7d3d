#include "recon/formats/nifti/nifti_header.h"

#include "core/files/atomic_file.h"

#include <cmath>
#include <limits>
#include <unistd.h>
#include <utility>
#include <vector>
#include <zlib.h>

namespace tessera {

namespace {

constexpr index_t kChunk = index_t(1) << 20; // voxels converted at once
constexpr float kVoxOffset = 352;            // header and four bytes that say: no extensions

/// shape: x last, at most four dimensions.
NiftiHeader make_header(Shape const& shape, Geometry const& geometry, std::string const& description) {
    NiftiHeader h;
    int const rank = shape.rank();
    h.put(NiftiHeader::kSize, std::int32_t(348));
    h.put(NiftiHeader::kDim, static_cast<std::int16_t>(rank), 0);
    for (int d = 1; d < 8; ++d)
        h.put(NiftiHeader::kDim, static_cast<std::int16_t>(d <= rank ? shape[rank - d] : 1), static_cast<std::size_t>(d));
    if (rank == 4) h.put(NiftiHeader::kPixdim, 1.0f, 4); // states have no distance
    h.put(NiftiHeader::kDatatype, std::int16_t(16));     // float32
    h.put(NiftiHeader::kBitpix, std::int16_t(32));
    h.put(NiftiHeader::kVoxOffset, kVoxOffset);
    h.put(NiftiHeader::kSlope, 1.0f);
    h.put(NiftiHeader::kUnits, std::int8_t(2)); // millimetres
    std::memcpy(h.data() + NiftiHeader::kDescription, description.data(),
        std::min<std::size_t>(description.size(), 79)); // of 80, one is the end
    std::memcpy(h.data() + NiftiHeader::kMagic, "n+1", 4);
    h.set_affine(nifti_affine(geometry, {shape[rank - 3], shape[rank - 2], shape[rank - 1]}));
    return h;
}

/// Compressed bytes into an open descriptor.
class GzipWriter {
public:
    GzipWriter(int descriptor, std::string source) : source_(std::move(source)) {
        int const own = ::dup(descriptor); // gzclose closes what it was given
        file_ = gzdopen(own, "wb1");       // the fastest: noise does not get much smaller with more effort
        if (file_) return;
        ::close(own);
        fail("{}: cannot write: no memory to compress", source_);
    }
    ~GzipWriter() {
        if (file_) gzclose_w(file_);
    }
    GzipWriter(GzipWriter const&) = delete;
    GzipWriter& operator=(GzipWriter const&) = delete;

    void write(std::span<std::byte const> bytes) {
        if (gzwrite(file_, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size())) return;
        int status = 0;
        fail("{}: cannot write: {}", source_, gzerror(file_, &status));
    }
    void close() {
        int const status = gzclose_w(std::exchange(file_, nullptr));
        require(status == Z_OK, "{}: cannot write: {}", source_, status == Z_ERRNO ? std::strerror(errno) : "compression failed");
    }

private:
    std::string source_;
    gzFile file_ = nullptr;
};

/// Header, extension flag and voxels as float32 to `write`, in pieces.
template <class Write> void write_volume(NiftiHeader const& h, Tensor<real> const& volume, Write write) {
    std::byte const no_extensions[4] = {};
    write(std::span(h.data(), NiftiHeader::kBytes));
    write(std::span<std::byte const>(no_extensions));
    std::vector<float> chunk;
    for (index_t begin = 0; begin < volume.size(); begin += kChunk) {
        chunk.assign(volume.data() + begin, volume.data() + std::min(volume.size(), begin + kChunk));
        write(std::as_bytes(std::span(chunk)));
    }
}

template <class F> Tensor<real> voxelwise(Tensor<complex> const& volume, F f) {
    Tensor<real> out(volume.context(), volume.shape());
    for (index_t i = 0; i < volume.size(); ++i) out.data()[i] = f(volume.data()[i]);
    return out;
}

} // namespace

void write_nifti(std::filesystem::path const& path, Tensor<real> const& volume, Geometry const& geometry, std::string const& description) {
    Shape const& s = volume.shape();
    require((s.rank() == 3 || s.rank() == 4) && s.size() > 0, "{}: cannot write: expected a volume [z, y, x] or several, found shape {}",
        path.string(), s.str());
    for (index_t const n : s)
        require(n <= std::numeric_limits<std::int16_t>::max(), "{}: cannot write: {} voxels along one axis, NIfTI-1 has at most 32767",
            path.string(), n);
    NiftiHeader const h = make_header(s, geometry, description);
    AtomicFile file(path);
    if (path.extension() == ".gz") {
        GzipWriter gzip(file.descriptor(), path.string());
        write_volume(h, volume, [&](std::span<std::byte const> bytes) { gzip.write(bytes); });
        gzip.close();
    } else {
        write_volume(h, volume, [&](std::span<std::byte const> bytes) { file.write(bytes); });
    }
    file.commit();
}

void write_nifti_complex(std::filesystem::path const& stem, Tensor<complex> const& volume, Geometry const& geometry,
    std::string const& description) {
    write_nifti(stem.string() + "_magnitude.nii.gz", voxelwise(volume, [](complex v) { return abs(v); }), geometry, description);
    write_nifti(stem.string() + "_phase.nii.gz", voxelwise(volume, [](complex v) { return std::atan2(v.im, v.re); }), geometry,
        description);
}

} // namespace tessera
