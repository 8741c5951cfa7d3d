#include "recon/formats/numpy/numpy.h"

#include "recon/formats/numpy/npy_array.h"

#include <algorithm>

namespace tessera {

namespace fs = std::filesystem;

namespace {

fs::path kspace_of(fs::path const& path) { return fs::is_directory(path) ? path / "ksp.npy" : path; }

// A trajectory of two dimensions lies in the plane kz = 0.
Tensor<real> in_three_dimensions(Tensor<real> const& k, std::string const& file) {
    Shape const& s = k.shape();
    require(s.rank() == 3 && (s[2] == 2 || s[2] == 3), "{}: coordinates of shape {}, expected [readout, sample, 3 or 2]", file, s.str());
    if (s[2] == 3) return k;
    Tensor<real> three = Tensor<real>::zeros(k.context(), {s[0], s[1], 3});
    if (k.context().rehearses()) return three;
    for (index_t i = 0; i < s[0] * s[1]; ++i) std::copy_n(k.data() + 2 * i, 2, three.data() + 3 * i);
    return three;
}

} // namespace

bool is_numpy(fs::path const& path) {
    std::error_code ignored;
    fs::path const kspace = kspace_of(path);
    return kspace.extension() == ".npy" && fs::is_regular_file(kspace, ignored) &&
        fs::is_regular_file(kspace.parent_path() / "coord.npy", ignored);
}

Acquisition read_numpy(fs::path const& path, ReadOptions const& options, Context const& host) {
    fs::path const kspace = kspace_of(path);
    auto const beside = [&](fs::path const& named, char const* name) { return named.empty() ? kspace.parent_path() / name : named; };
    fs::path const trajectory = beside(options.trajectory, "coord.npy"), weights = beside(options.weights, "dcf.npy");

    Acquisition a;
    a.source = kspace.string();
    a.format = "numpy";
    a.kspace = read_npy_complex(host, kspace);
    require(a.kspace.shape().rank() == 3, "{}: k-space of shape {}, expected [coil, readout, sample]", a.source, a.kspace.shape().str());
    Context const place = host.rehearses() && options.matrix[0] == 0 ? Context() : host; // its extents are the matrix
    a.trajectory = in_three_dimensions(read_npy_real(place, trajectory), trajectory.string());
    a.notes.push_back(fmt::format("trajectory from {}", trajectory.string()));
    if (!options.weights.empty() || fs::exists(weights)) {
        a.weights = read_npy_real(host, weights);
        require(a.weights->shape().rank() == 2, "{}: density compensation of shape {}, expected [readout, sample]", weights.string(),
            a.weights->shape().str());
        a.notes.push_back(fmt::format("density compensation from {}", weights.string()));
    }
    TrajectoryUnits const units =
        options.trajectory_units == TrajectoryUnits::automatic ? TrajectoryUnits::cycles_per_fov : options.trajectory_units;
    to_cycles_per_fov(a.trajectory, encoded_space(a, options), units, a.source);
    return a;
}

} // namespace tessera
