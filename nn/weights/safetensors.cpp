#include "nn/weights/safetensors.h"

#include "core/files/atomic_file.h"
#include "nn/weights/safetensors_header.h"

#include <bit>
#include <cstring>
#include <fstream>

namespace tessera {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little endian, and so are the machines of this project");

constexpr std::uint64_t kLongestHeader = 16 << 20; // tens of thousands of tensors; a parsed header takes some twenty times its size

// The float of the upper 16 of its 32 bits.
float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

// IEEE half precision: 1 sign, 5 exponent (bias 15), 10 fraction bits.
float from_half(std::uint16_t bits) {
    std::uint32_t const sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31u, fraction = bits & 1023u;
    if (exponent == 0) { // 0 and subnormal numbers: a multiple of 2^-24
        float const size = static_cast<float>(fraction) * 0x1p-24f;
        return sign ? -size : size;
    }
    std::uint32_t const wide = exponent == 31 ? 255 : exponent + 112; // infinite and NaN stay so
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

template <class Stored, class F> std::vector<real> convert(std::string const& bytes, F const& value) {
    std::vector<real> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = static_cast<real>(value(stored));
    }
    return values;
}

std::vector<real> to_real(std::string const& bytes, std::string const& dtype) {
    if (dtype == "F32") return convert<float>(bytes, [](float x) { return x; });
    if (dtype == "F64") return convert<double>(bytes, [](double x) { return x; });
    if (dtype == "F16") return convert<std::uint16_t>(bytes, from_half);
    if (dtype == "BF16") return convert<std::uint16_t>(bytes, from_bfloat16);
    fail("numbers of type {}, expected F64, F32, F16 or BF16", dtype);
}

std::string read_bytes(fs::path const& path, std::uint64_t begin, std::uint64_t count) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(count, '\0');
    file.seekg(static_cast<std::streamoff>(begin));
    require(file.good() && file.read(bytes.data(), static_cast<std::streamsize>(count)).good(), "cannot read {} bytes at byte {}", count,
        begin);
    return bytes;
}

} // namespace

void write_safetensors(fs::path const& file, NamedTensors const& tensors, Metadata const& metadata) {
    std::vector<Safetensors::Entry> entries;
    std::uint64_t end = 0;
    for (auto const& [name, value] : tensors) {
        std::uint64_t const begin = end;
        end += value.bytes();
        entries.push_back({name, sizeof(real) == 4 ? "F32" : "F64", value.shape(), begin, end});
    }
    std::string header;
    try {
        header = write_safetensors_header(entries, metadata);
    } catch (Error const& e) {
        fail("{}: cannot write: {}", file.string(), e.what());
    }
    header.resize((header.size() + 7) / 8 * 8, ' ');

    AtomicFile out(file);
    std::uint64_t const length[] = {header.size()};
    out.write(std::span<std::uint64_t const>(length));
    out.write(std::span<char const>(header));
    for (auto const& t : tensors) {
        auto const values = t.value.to_host();
        out.write(std::span<real const>(values));
    }
    out.commit();
}

Safetensors::Safetensors(fs::path file) : path_(std::move(file)) {
    try {
        std::error_code error;
        std::uint64_t const size = fs::file_size(path_, error);
        require(!error, "cannot read: {}", error.message());
        require(size >= 8, "{} bytes are too few for a safetensors file", size);
        std::uint64_t length = 0;
        std::memcpy(&length, read_bytes(path_, 0, 8).data(), 8);
        require(length <= kLongestHeader && length <= size - 8,
            "a header of {} bytes in a file of {}: not a safetensors file, or not all of it", length, size);
        data_ = 8 + length;
        read_safetensors_header(read_bytes(path_, 8, length), size - data_, entries_, metadata_);
    } catch (Error const& e) {
        fail("{}: {}", path_.string(), e.what());
    }
}

Safetensors::Entry const* Safetensors::find(std::string const& name) const {
    for (auto const& e : entries_)
        if (e.name == name) return &e;
    return nullptr;
}

Tensor<real> Safetensors::read(Context const& context, Entry const& entry) const {
    try {
        auto const values = to_real(read_bytes(path_, data_ + entry.begin, entry.end - entry.begin), entry.dtype);
        return Tensor<real>::from(context, entry.shape, values);
    } catch (OutOfMemory const&) {
        throw;
    } catch (Error const& e) {
        fail("{}: tensor \"{}\": {}", path_.string(), entry.name, e.what());
    }
}

} // namespace tessera
