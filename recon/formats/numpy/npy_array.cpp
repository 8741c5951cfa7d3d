#include "recon/formats/numpy/npy_array.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

namespace tessera {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestHeader = 1 << 16; // NumPy's own is a hundred bytes or so
constexpr index_t kPiece = 1 << 18;             // values that are converted at once

struct Header {
    std::string type;
    Shape shape{};
    std::streamoff begin = 0; // of the values
};

// What stands behind 'key': in the Python dictionary, up to the next of `ends`.
std::string entry(std::string const& file, std::string const& text, std::string const& key, char const* ends) {
    auto const at = text.find("'" + key + "':");
    require(at != std::string::npos, "{}: the header of the .npy file has no '{}'", file, key);
    auto const begin = text.find_first_not_of(' ', at + key.size() + 3);
    auto const end = begin == std::string::npos ? begin : text.find_first_of(ends, begin + 1);
    require(end != std::string::npos, "{}: the header of the .npy file ends within '{}'", file, key);
    return text.substr(begin, end - begin);
}

Shape shape_of(std::string const& file, std::string const& list) {
    std::string numbers = list.substr(1); // without the bracket
    std::replace(numbers.begin(), numbers.end(), ',', ' ');
    std::istringstream in(numbers);
    std::vector<index_t> extents;
    index_t product = 1;
    for (index_t n = 0; in >> n;) {
        require(n > 0, "{}: axis {} has {} values, expected 1 or more", file, extents.size(), n);
        require(!__builtin_mul_overflow(product, n, &product), "{}: the extents are too large to be true: {})", file, list);
        extents.push_back(n);
    }
    require(in.eof() && list[0] == '(' && extents.size() <= Shape::kMaxRank, "{}: the shape is {}), expected at most {} numbers", file,
        list, Shape::kMaxRank);
    return Shape{std::span<index_t const>(extents)};
}

Header read_header(std::ifstream& in, std::string const& file) {
    unsigned char start[12] = {};
    in.read(reinterpret_cast<char*>(start), 10);
    require(in.good() && std::memcmp(start, "\x93NUMPY", 6) == 0, "{}: not a .npy file of NumPy", file);
    require(start[6] >= 1 && start[6] <= 3, "{}: version {} of the .npy format, expected 1 to 3", file, start[6]);
    std::size_t length = start[8] + 256u * start[9];
    if (start[6] > 1) {
        in.read(reinterpret_cast<char*>(start) + 10, 2);
        length += (std::size_t(start[10]) << 16) + (std::size_t(start[11]) << 24);
    }
    require(length <= kLongestHeader, "{}: a header of {} bytes, expected at most {}", file, length, kLongestHeader);
    std::string text(length, ' ');
    in.read(text.data(), static_cast<std::streamsize>(length));
    require(in.good(), "{}: the file ends within its header", file);
    require(entry(file, text, "fortran_order", ",}") == "False",
        "{}: the array is in Fortran's order, expected C's (numpy.ascontiguousarray)", file);
    return {entry(file, text, "descr", ",}"), shape_of(file, entry(file, text, "shape", ")")), in.tellg()};
}

template <class Stored, class T, class Convert>
void read_values(std::ifstream& in, std::string const& file, Tensor<T> const& to, Convert const& convert) {
    std::vector<Stored> piece(static_cast<std::size_t>(std::min(to.size(), kPiece)));
    for (index_t begin = 0; begin < to.size(); begin += kPiece) {
        index_t const count = std::min(kPiece, to.size() - begin);
        in.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(static_cast<std::size_t>(count) * sizeof(Stored)));
        require(in.good(), "{}: cannot read the values", file);
        std::transform(piece.begin(), piece.begin() + count, to.data() + begin, convert);
    }
}

// An array of one of two types of the file.
template <class Narrow, class Wide, class T, class Convert>
Tensor<T> read_array(Context const& host, fs::path const& path, char const* narrow, char const* wide, Convert const& convert) {
    std::string const file = path.string();
    std::ifstream in(path, std::ios::binary);
    require(in.good(), "{}: no such file", file);
    Header const header = read_header(in, file);
    bool const is_wide = header.type == fmt::format("'{}'", wide);
    require(is_wide || header.type == fmt::format("'{}'", narrow), "{}: values of type {}, expected '{}' or '{}'", file, header.type,
        narrow, wide);
    auto const size = is_wide ? sizeof(Wide) : sizeof(Narrow);
    auto const found = fs::file_size(path) - static_cast<std::uintmax_t>(header.begin);
    require(found / size == static_cast<std::uintmax_t>(header.shape.size()) && found % size == 0,
        "{}: expected {} values of {} bytes as the header says, found {} bytes", file, header.shape.size(), size, found);
    Tensor<T> values(host, header.shape);
    if (host.rehearses()) return values;
    is_wide ? read_values<Wide>(in, file, values, convert) : read_values<Narrow>(in, file, values, convert);
    return values;
}

} // namespace

Tensor<complex> read_npy_complex(Context const& host, fs::path const& path) {
    return read_array<Complex<float>, Complex<double>, complex>(host, path, "<c8", "<c16", [](auto v) {
        return complex{static_cast<real>(v.re), static_cast<real>(v.im)};
    });
}

Tensor<real> read_npy_real(Context const& host, fs::path const& path) {
    return read_array<float, double, real>(host, path, "<f4", "<f8", [](auto v) { return static_cast<real>(v); });
}

} // namespace tessera
