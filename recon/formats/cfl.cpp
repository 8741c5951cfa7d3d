#include "recon/formats/cfl.h"

#include "core/files/atomic_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tessera {

namespace fs = std::filesystem;

namespace {

constexpr int kBartDimensions = 16;

/// Dimensions beyond those of a scan, as BART numbers them, of which one index is read.
struct Choice {
    std::size_t dimension;
    char const* name;
    index_t ReadOptions::*index;
};
constexpr Choice kChoices[] = {{5, "contrast", &ReadOptions::contrast}, {10, "frame", &ReadOptions::frame}};

/// The path without .cfl or .hdr; other dots belong to the name.
fs::path stem_of(fs::path path) {
    if (path.extension() == ".cfl" || path.extension() == ".hdr") path.replace_extension();
    return path;
}
fs::path with_suffix(fs::path const& stem, char const* suffix) { return fs::path(stem.string() + suffix); }

/// Dimensions as in the header, fastest first, without the trailing ones.
std::vector<index_t> read_dimensions(fs::path const& header) {
    std::ifstream in(header);
    require(in.good(), "{}: no such file", header.string());
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("# Dimensions", 0) != 0) continue;
        std::getline(in, line);
        std::istringstream numbers(line);
        std::vector<index_t> dimensions;
        index_t product = 1;
        for (index_t n = 0; numbers >> n;) {
            require(n > 0, "{}: dimension {} is {}, expected a positive number", header.string(), dimensions.size(), n);
            require(!__builtin_mul_overflow(product, n, &product), "{}: the dimensions are too large to be true ({})", header.string(),
                line);
            dimensions.push_back(n);
        }
        require(numbers.eof() && !dimensions.empty(), "{}: expected numbers below '# Dimensions', found '{}'", header.string(), line);
        while (dimensions.size() > 1 && dimensions.back() == 1) dimensions.pop_back();
        return dimensions;
    }
    fail("{}: expected a line '# Dimensions'", header.string());
}

/// gas_ksp -> gas; the name itself where there is no underscore.
std::string prefix_of(fs::path const& stem) {
    std::string const name = stem.filename().string();
    return name.substr(0, name.rfind('_'));
}

/// The first pair <prefix>_<ending> beside the k-space, or nothing.
fs::path sibling(fs::path const& stem, std::initializer_list<char const*> endings) {
    for (char const* ending : endings) {
        fs::path const candidate = stem.parent_path() / (prefix_of(stem) + "_" + ending);
        if (candidate != stem && is_cfl(candidate)) return candidate;
    }
    return {};
}

/// Numbers from `first` on of a pair of files whose header says `all` numbers.
Tensor<complex> read_numbers(Context const& host, fs::path const& stem, index_t all, index_t first, Shape const& shape) {
    fs::path const data = with_suffix(stem, ".cfl");
    std::error_code error;
    auto const found = fs::file_size(data, error);
    require(!error, "{}: no such file", data.string());
    require(found / sizeof(Complex<float>) == static_cast<std::uintmax_t>(all) && found % sizeof(Complex<float>) == 0,
        "{}: expected {} complex numbers of 8 bytes as the header says, found {} bytes", data.string(), all, found);
    if (host.rehearses()) {
        Tensor<Complex<float>> const as_stored(host, shape);
        return Tensor<complex>(host, shape);
    }
    std::vector<Complex<float>> values(static_cast<std::size_t>(shape.size()));
    std::ifstream in(data, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(first) * static_cast<std::streamoff>(sizeof(values[0])));
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(values[0])));
    require(in.good(), "{}: cannot read the data", data.string());
    Tensor<complex> t(host, shape);
    std::transform(values.begin(), values.end(), t.data(), [](Complex<float> v) { return complex{v.re, v.im}; });
    return t;
}

/// Reads the first `rank` dimensions of an array, slowest first; of those above, kChoices are chosen (an array that has 1 there serves for
/// each), and the others are 1.
Tensor<complex> read_of_rank(Context const& host, fs::path const& path, std::size_t rank, char const* what, ReadOptions const& options) {
    fs::path const stem = stem_of(path);
    auto dimensions = read_dimensions(with_suffix(stem, ".hdr"));
    index_t all = 1, first = 0;
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
        if (d >= rank && dimensions[d] > 1) {
            auto const choice = std::find_if(std::begin(kChoices), std::end(kChoices), [&](Choice const& c) { return c.dimension == d; });
            require(choice != std::end(kChoices), "{}: a {} with {} in BART's dimension {} is not supported: expected 1 there",
                path.string(), what, dimensions[d], d);
            index_t const index = options.*choice->index;
            require(index < dimensions[d], "{}: {} {} of {} in BART's dimension {}", path.string(), choice->name, index, dimensions[d], d);
            first += index * all;
        }
        all *= dimensions[d];
    }
    dimensions.resize(rank, 1);
    std::reverse(dimensions.begin(), dimensions.end());
    return read_numbers(host, stem, all, first, Shape(dimensions));
}

void note_choice(Acquisition& a, fs::path const& stem, ReadOptions const& options) {
    auto const dimensions = read_dimensions(with_suffix(stem, ".hdr"));
    for (Choice const& choice : kChoices)
        if (choice.dimension < dimensions.size() && dimensions[choice.dimension] > 1)
            a.notes.push_back(fmt::format("{} {} of {}", choice.name, options.*choice.index, dimensions[choice.dimension]));
}

Tensor<real> real_parts(fs::path const& path, Tensor<complex> const& values) {
    Tensor<real> t(values.context(), values.shape());
    if (t.context().rehearses()) return t;
    auto const in = values.host();
    for (std::size_t i = 0; i < in.size(); ++i) {
        require(in[i].im == 0, "{}: expected real numbers, found the imaginary part {} at index {}", path.string(), in[i].im, i);
        t.data()[i] = in[i].re;
    }
    return t;
}

Tensor<complex> as_complex(Tensor<real> const& values) {
    Tensor<complex> t(values.context(), values.shape());
    for (index_t i = 0; i < values.size(); ++i) t.data()[i] = {values.data()[i], 0};
    return t;
}

} // namespace

bool is_cfl(fs::path const& path) {
    std::error_code ignored;
    fs::path const stem = stem_of(path);
    return fs::is_regular_file(with_suffix(stem, ".cfl"), ignored) && fs::is_regular_file(with_suffix(stem, ".hdr"), ignored);
}

Tensor<complex> read_cfl(Context const& host, fs::path const& path) {
    fs::path const stem = stem_of(path);
    std::vector<index_t> extents = read_dimensions(with_suffix(stem, ".hdr"));
    require(extents.size() <= Shape::kMaxRank, "{}: {} dimensions, at most {} are supported", stem.string(), extents.size(),
        Shape::kMaxRank);
    std::reverse(extents.begin(), extents.end());
    Shape const shape{std::span<index_t const>(extents)};

    return read_numbers(host, stem, shape.size(), 0, shape);
}

void write_cfl(fs::path const& path, Tensor<complex> const& values) {
    std::vector<index_t> dimensions(values.shape().begin(), values.shape().end());
    std::reverse(dimensions.begin(), dimensions.end());
    write_cfl(path, values, std::move(dimensions));
}

void write_cfl(fs::path const& path, Tensor<complex> const& values, std::vector<index_t> dimensions) {
    fs::path const stem = stem_of(path);
    dimensions.resize(kBartDimensions, 1);
    std::string const header = fmt::format("# Dimensions\n{} \n", fmt::join(dimensions, " "));

    AtomicFile data_file(with_suffix(stem, ".cfl")), header_file(with_suffix(stem, ".hdr"));
    std::vector<Complex<float>> chunk;
    for (index_t begin = 0; begin < values.size(); begin += index_t(1) << 20) {
        index_t const end = std::min(values.size(), begin + (index_t(1) << 20));
        chunk.clear();
        for (index_t i = begin; i < end; ++i)
            chunk.push_back({static_cast<float>(values.data()[i].re), static_cast<float>(values.data()[i].im)});
        data_file.write(std::span<Complex<float> const>(chunk));
    }
    header_file.write(std::span<char const>(header));
    data_file.commit();
    header_file.commit();
}

Acquisition read_bart(fs::path const& path, ReadOptions const& options, Context const& host) {
    fs::path const stem = stem_of(path);
    Acquisition a;
    a.source = stem.string();
    a.format = "bart";

    Tensor<complex> const kspace = read_of_rank(host, stem, 4, "k-space", options); // [coil, readout, sample, 1]
    require(kspace.shape()[3] == 1, "{}: expected k-space as [1, samples, readouts, coils], found {} in the first dimension{}", a.source,
        kspace.shape()[3], kspace.shape()[3] == 3 ? " (is this the trajectory?)" : "");
    a.kspace = kspace.reshape({kspace.shape()[0], kspace.shape()[1], kspace.shape()[2]});

    fs::path const trajectory = options.trajectory.empty() ? sibling(stem, {"traj", "trj", "trajectory"}) : options.trajectory;
    require(!trajectory.empty(), "{}: no trajectory: name it, or put it beside the k-space as {}_traj", a.source, prefix_of(stem));
    Context const place = host.rehearses() && options.matrix[0] == 0 ? Context() : host; // its extents are the matrix
    Tensor<complex> const k = read_of_rank(place, trajectory, 3, "trajectory", options); // [readout, sample, 3]
    require(k.shape()[2] == 3, "{}: expected a trajectory as [3, samples, readouts], found {} in the first dimension", trajectory.string(),
        k.shape()[2]);
    a.trajectory = real_parts(trajectory, k);
    note_choice(a, stem, options);
    if (options.trajectory.empty()) a.notes.push_back(fmt::format("trajectory from {}", trajectory.string()));

    fs::path const weights = options.weights.empty() ? sibling(stem, {"dcf", "weights"}) : options.weights;
    if (!weights.empty()) {
        Tensor<complex> const w = read_of_rank(host, weights, 3, "density compensation", options);
        require(w.shape()[2] == 1, "{}: expected density compensation as [1, samples, readouts], found {} in the first dimension",
            weights.string(), w.shape()[2]);
        a.weights = real_parts(weights, w.reshape({w.shape()[0], w.shape()[1]}));
        if (options.weights.empty()) a.notes.push_back(fmt::format("density compensation from {}", weights.string()));
    }
    TrajectoryUnits const units =
        options.trajectory_units == TrajectoryUnits::automatic ? TrajectoryUnits::cycles_per_fov : options.trajectory_units;
    to_cycles_per_fov(a.trajectory, encoded_space(a, options), units, a.source);
    return a;
}

void write_bart(fs::path const& path, Acquisition const& a) {
    fs::path const stem = stem_of(path);
    Shape const& s = a.kspace.shape();
    write_cfl(with_suffix(stem, "_ksp"), a.kspace.reshape({s[0], s[1], s[2], 1}));
    write_cfl(with_suffix(stem, "_traj"), as_complex(a.trajectory));
    if (a.weights) write_cfl(with_suffix(stem, "_dcf"), as_complex(*a.weights).reshape({s[1], s[2], 1}));
    if (a.noise) write_cfl(with_suffix(stem, "_noise"), a.noise->reshape({a.noise->shape()[0], 1, a.noise->shape()[1], 1}));
    if (a.maps) write_cfl(with_suffix(stem, "_maps"), *a.maps);
    if (a.reference) write_cfl(with_suffix(stem, "_reference"), *a.reference);
}

} // namespace tessera
