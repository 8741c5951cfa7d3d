#include "recon/formats/plain_hdf5.h"

#include "core/files/hdf5_writer.h"

#include <algorithm>

namespace tessera {

namespace {

constexpr char const* kNames[] = {"kspace", "trajectory", "weights", "maps", "noise", "reference", "vessels", "times", "respiration"};

/// The dataset that holds an array, or "" for one that the file does not have.
std::string dataset_of(hdf5::File const& file, ReadOptions const& options, std::string const& array) {
    if (options.datasets.empty()) return file.has_dataset(array) ? array : "";
    auto const named = options.datasets.find(array);
    return named == options.datasets.end() ? "" : named->second;
}

void check_names(ReadOptions const& options) {
    for (auto const& [array, dataset] : options.datasets)
        require(std::find(std::begin(kNames), std::end(kNames), array) != std::end(kNames),
            "datasets: '{}' is not one of kspace, trajectory, weights, maps, noise, reference, vessels, times, respiration", array);
}

/// [front, ..., last] -> [front, product of the middle, last]; a missing front extent is 1.
template <class T> Tensor<T> merge_middle(Tensor<T> const& t, std::string const& where) {
    Shape const& s = t.shape();
    require(s.rank() > 0, "{}: a single number, expected an array", where);
    if (s.rank() < 3) return t.reshape({1, s.rank() == 2 ? s[0] : 1, s[-1]});
    index_t const middle = Shape(std::span(s.begin() + 1, s.end() - 1)).size();
    return t.reshape({s[0], middle, s[-1]});
}

/// [..., sample, components] with 2 or 3 components -> [readout, sample, 3].
Tensor<real> three_components(Tensor<real> const& t, std::string const& where) {
    Shape const& s = t.shape();
    require(s.rank() >= 2 && (s[-1] == 2 || s[-1] == 3), "{}: expected a trajectory [readout, sample, 3] (2D: 2), found shape {}", where,
        s.str());
    index_t const components = s[-1], samples = s[-2], readouts = s.rank() > 2 ? Shape(std::span(s.begin(), s.end() - 2)).size() : 1;
    if (components == 3) return t.reshape({readouts, samples, 3});
    auto const wide = Tensor<real>::zeros(t.context(), {readouts, samples, 3});
    if (wide.context().rehearses()) return wide;
    for (index_t i = 0; i < readouts * samples; ++i) std::copy_n(t.data() + 2 * i, 2, wide.data() + 3 * i);
    return wide;
}

/// [..., sample] -> [readout, sample] as the trajectory has.
Tensor<real> weights_for(Shape const& trajectory, Tensor<real> const& weights, std::string const& where) {
    require(weights.size() == trajectory[0] * trajectory[1], "{}: expected [{}, {}] as the trajectory has, found shape {}", where,
        trajectory[0], trajectory[1], weights.shape().str());
    return weights.reshape({trajectory[0], trajectory[1]});
}

template <class T> Tensor<T> volume_of_rank(Tensor<T> const& t, int rank, std::string const& where) {
    require(t.shape().rank() == rank || t.shape().rank() == rank - 1, "{}: expected {} dimensions (2D: {}), found shape {}", where, rank,
        rank - 1, t.shape().str());
    if (t.shape().rank() == rank) return t;
    std::vector<index_t> extents(t.shape().begin(), t.shape().end());
    extents.insert(extents.end() - 2, 1);
    return t.reshape(Shape(extents));
}

constexpr index_t kVesselColumns = 8; // x, y, z of both ends, radii

std::vector<VesselSegment> read_vessels(hdf5::File const& file, std::string const& dataset, std::string const& where) {
    Shape const shape = file.info(dataset).shape;
    require(shape.rank() == 2 && shape[1] == kVesselColumns, "{}: expected vessels [segment, 8], found shape {}", where, shape.str());
    auto const values = file.read<double>(dataset);
    std::vector<VesselSegment> vessels;
    for (auto v = values.begin(); v != values.end(); v += kVesselColumns)
        vessels.push_back({{v[0], v[1], v[2]}, {v[3], v[4], v[5]}, v[6], v[7]});
    return vessels;
}

void write_vessels(hdf5::Writer& file, std::vector<VesselSegment> const& vessels) {
    std::vector<double> values;
    for (auto const& v : vessels)
        values.insert(values.end(), {v.from[0], v.from[1], v.from[2], v.to[0], v.to[1], v.to[2], v.radius_from, v.radius_to});
    file.dataset("vessels", {std::ssize(vessels), kVesselColumns}, std::span<double const>(values));
}

/// Three numbers (z, y, x), of which z may be missing; a single one stands for all three where that has a meaning.
std::optional<Vector3> three_numbers(hdf5::File const& file, char const* attribute, double z, bool isotropic = false) {
    auto values = file.numbers("/", attribute);
    if (!values) return {};
    if (values->size() == 1 && isotropic) values->resize(3, values->front());
    if (values->size() == 2) values->insert(values->begin(), z);
    require(values->size() == 3, "{}: attribute {}: expected 3 numbers (2D: 2), found {}", file.path().string(), attribute, values->size());
    return Vector3{(*values)[0], (*values)[1], (*values)[2]};
}

} // namespace

bool is_tessera_file(hdf5::File const& file) { return file.has_dataset("kspace") && file.has_dataset("trajectory"); }

Acquisition read_plain_hdf5(hdf5::File const& file, ReadOptions const& options, Context const& host) {
    check_names(options);
    Acquisition a;
    a.source = file.path().string();
    a.format = options.datasets.empty() ? "tessera" : "hdf5";
    auto const where = [&](std::string const& dataset) { return a.source + ": " + dataset; };
    std::string const kspace = dataset_of(file, options, "kspace"), trajectory = dataset_of(file, options, "trajectory");
    require(!kspace.empty() && !trajectory.empty(), "{}: no dataset for {}", a.source, kspace.empty() ? "kspace" : "trajectory");
    a.kspace = merge_middle(file.read_complex(host, kspace), where(kspace));
    bool const states_matrix = options.matrix[0] > 0 || file.numbers("/", "matrix");
    Context const place = host.rehearses() && !states_matrix ? Context() : host; // the trajectory's extents are the matrix
    a.trajectory = three_components(file.read_real(place, trajectory), where(trajectory));
    if (auto const name = dataset_of(file, options, "weights"); !name.empty())
        a.weights = weights_for(a.trajectory.shape(), file.read_real(host, name), where(name));
    if (auto const name = dataset_of(file, options, "noise"); !name.empty()) a.noise = file.read_complex(host, name);
    if (auto const name = dataset_of(file, options, "maps"); !name.empty())
        a.maps = volume_of_rank(file.read_complex(host, name), 4, where(name));
    if (auto const name = dataset_of(file, options, "reference"); !name.empty())
        a.reference = volume_of_rank(file.read_complex(host, name), 3, where(name));
    if (auto const name = dataset_of(file, options, "vessels"); !name.empty()) a.vessels = read_vessels(file, name, where(name));
    if (auto const name = dataset_of(file, options, "times"); !name.empty()) a.times = file.read<double>(name);
    if (auto const name = dataset_of(file, options, "respiration"); !name.empty()) a.respiration = file.read<double>(name);

    if (auto const m = three_numbers(file, "matrix", 1, true)) a.matrix = matrix_of(*m, a.source + ": attribute matrix");
    if (auto const fov = three_numbers(file, "fov_mm", 0, true)) a.geometry.fov_mm = *fov;
    if (auto const v = three_numbers(file, "centre_mm", 0)) a.geometry.centre_mm = *v;
    if (auto const v = three_numbers(file, "x_direction", 0)) a.geometry.x_direction = *v;
    if (auto const v = three_numbers(file, "y_direction", 0)) a.geometry.y_direction = *v;
    if (auto const v = three_numbers(file, "z_direction", 0)) a.geometry.z_direction = *v;

    TrajectoryUnits units = options.trajectory_units;
    if (units == TrajectoryUnits::automatic)
        if (auto const stated = file.text("/", "trajectory_units")) units = parse_trajectory_units(*stated);
    auto const found = to_cycles_per_fov(a.trajectory, encoded_space(a, options), units, a.source);
    if (units == TrajectoryUnits::automatic) a.notes.push_back("detected trajectory units: " + to_string(found));
    return a;
}

void write_tessera(std::filesystem::path const& path, Acquisition const& a) {
    hdf5::Writer file(path);
    file.dataset("kspace", a.kspace);
    file.dataset("trajectory", a.trajectory);
    if (a.weights) file.dataset("weights", *a.weights);
    if (a.noise) file.dataset("noise", *a.noise);
    if (a.maps) file.dataset("maps", *a.maps);
    if (a.reference) file.dataset("reference", *a.reference);
    if (!a.vessels.empty()) write_vessels(file, a.vessels);
    if (!a.times.empty()) file.dataset("times", {a.readouts()}, std::span<double const>(a.times));
    if (!a.respiration.empty()) file.dataset("respiration", {a.readouts()}, std::span<double const>(a.respiration));
    file.attribute("/", "format", "tessera acquisition");
    file.attribute("/", "version", std::int64_t(1));
    file.attribute("/", "trajectory_units", to_string(TrajectoryUnits::cycles_per_fov));
    if (a.matrix[0] > 0) file.attribute("/", "matrix", std::span<std::int64_t const>(a.matrix));
    Geometry const& g = a.geometry;
    file.attribute("/", "fov_mm", std::span<double const>(g.fov_mm));
    file.attribute("/", "centre_mm", std::span<double const>(g.centre_mm));
    file.attribute("/", "x_direction", std::span<double const>(g.x_direction));
    file.attribute("/", "y_direction", std::span<double const>(g.y_direction));
    file.attribute("/", "z_direction", std::span<double const>(g.z_direction));
    file.commit();
}

} // namespace tessera
