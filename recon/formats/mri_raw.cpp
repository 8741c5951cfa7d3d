#include "recon/formats/mri_raw.h"

#include "core/files/hdf5_writer.h"

#include <algorithm>
#include <cmath>

namespace tessera {

namespace {

/// The readouts of one encoding that are read: all, or one slice of 2D multi-slice data.
struct Selection {
    Shape coordinates; ///< as stored
    index_t first, readouts, samples;
};

/// What is wanted of [slices, shots, readout], [shots, readout] or a flat array.
Selection select_readouts(hdf5::File const& file, Shape const& shape, ReadOptions const& options, Acquisition& a) {
    require(shape.rank() >= 1 && shape.rank() <= 3, "{}: Kdata/KX_E{}: expected [slices, shots, readout], found shape {}", a.source,
        options.encoding, shape.str());
    index_t const samples = shape[-1], readouts = samples > 0 ? shape.size() / samples : 0;
    if (shape.rank() == 1) a.notes.push_back("the coordinates are one flat list: read as a single readout");
    bool const slices_are_2d = file.number("Kdata", "dft_neededZ").value_or(1) == 0;
    if (!slices_are_2d || shape.rank() < 3 || shape[0] == 1) return {shape, 0, readouts, samples};
    require(options.slice >= 0 && options.slice < shape[0], "{}: slice {} of {} slices", a.source, options.slice, shape[0]);
    a.notes.push_back(fmt::format("2D multi-slice data: slice {} of {}", options.slice, shape[0]));
    return {shape, options.slice * shape[1], shape[1], samples};
}

/// One dataset, whole, checked against the number of coordinates, cut to the selected readouts.
template <class T> std::vector<T> read_selected(hdf5::File const& file, std::string const& name, Selection const& s, Context const& host) {
    if (host.rehearses()) {
        Tensor<T> const whole(host, s.coordinates), selected(host, {s.readouts, s.samples});
        return {};
    }
    std::vector<T> values = file.read<T>(name);
    require(static_cast<index_t>(values.size()) == s.coordinates.size(), "{}: {}: expected {} values as the coordinates have {}, found {}",
        file.path().string(), name, s.coordinates.size(), s.coordinates.str(), values.size());
    auto const begin = values.begin() + s.first * s.samples;
    return {begin, begin + s.readouts * s.samples};
}

/// The number of datasets KData_E<e>_C0, _C1, ... that follow each other, checked against the others and the attribute.
index_t count_coils(hdf5::File const& file, std::string const& prefix) {
    auto const names = file.datasets("Kdata");
    auto const named = std::count_if(names.begin(), names.end(), [&](std::string const& n) { return n.rfind(prefix, 0) == 0; });
    for (index_t c = 0; c < named; ++c)
        require(file.has_dataset(fmt::format("Kdata/{}{}", prefix, c)), "{}: no dataset 'Kdata/{}{}' though there are {} of its kind",
            file.path().string(), prefix, c, named);
    require(named > 0, "{}: no dataset 'Kdata/{}0'", file.path().string(), prefix);
    double const stated = file.number("Kdata", "Num_Coils").value_or(static_cast<double>(named));
    require(stated == static_cast<double>(named), "{}: attribute Num_Coils is {} but there are {} datasets {}*", file.path().string(),
        stated, named, prefix);
    return named;
}

/// [coil, n], or flat with the coils one after another.
Tensor<complex> read_noise(hdf5::File const& file, Context const& host, index_t coils) {
    Tensor<complex> const noise = file.read_complex(host, "Kdata/Noise");
    Shape const& s = noise.shape();
    bool const by_coil = s.rank() >= 1 && s.size() % coils == 0 && (s.rank() == 1 || s[0] == coils);
    require(by_coil, "{}: Kdata/Noise: expected [{}, samples] for {} coils, found shape {}", file.path().string(), coils, coils, s.str());
    return noise.reshape({coils, s.size() / coils});
}

/// Gating/<name>_E<e>, a number a readout; empty where the file has none.
std::vector<double> read_signal(hdf5::File const& file, std::string const& name, Selection const& s, Context const& host, Acquisition& a) {
    for (char const* const group : {"Gating/", "gating/"}) {
        std::string const dataset = group + name;
        if (host.rehearses() || !file.has_dataset(dataset)) continue;
        auto const info = file.info(dataset);
        bool const numbers = info.kind == hdf5::Kind::real || info.kind == hdf5::Kind::integer;
        auto const values = numbers ? file.read<double>(dataset) : std::vector<double>{};
        index_t const readouts = s.coordinates.size() / s.samples;
        if (std::ssize(values) != readouts || !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
            a.warnings.push_back(
                fmt::format("{} is left out: expected {} finite numbers, found {} {}", dataset, readouts, info.type, info.shape.str()));
            continue;
        }
        return {values.begin() + s.first, values.begin() + s.first + s.readouts};
    }
    return {};
}

void read_attributes(hdf5::File const& file, Acquisition& a) {
    char const* const fov[] = {"fovz", "fovy", "fovx"};
    for (std::size_t d = 0; d < 3; ++d) a.geometry.fov_mm[d] = file.number("Kdata", fov[d]).value_or(0);
    if (auto const matrix = file.numbers("Kdata", "tessera_matrix"); matrix && matrix->size() == 3)
        a.matrix = matrix_of({(*matrix)[0], (*matrix)[1], (*matrix)[2]}, a.source + ": attribute tessera_matrix");
    if (double const frames = file.number("Kdata", "Num_Frames").value_or(1); frames != 1)
        a.notes.push_back(fmt::format("the file states {} frames: all readouts are taken together", frames));
}

} // namespace

bool is_mri_raw(hdf5::File const& file) {
    if (!file.has_group("Kdata")) return false;
    auto const names = file.datasets("Kdata");
    return std::any_of(names.begin(), names.end(), [](std::string const& n) { return n.rfind("KX_E", 0) == 0; });
}

Acquisition read_mri_raw(hdf5::File const& file, ReadOptions const& options, Context const& host) {
    Acquisition a;
    a.source = file.path().string();
    a.format = "mri_raw";
    std::string const encoding = fmt::format("_E{}", options.encoding);
    auto const coordinate = [&](char const* axis) { return "Kdata/K" + std::string(axis) + encoding; };

    index_t encodings = 0;
    while (file.has_dataset(fmt::format("Kdata/KX_E{}", encodings))) ++encodings;
    require(options.encoding >= 0 && options.encoding < encodings, "{}: encoding {} of {} encodings", a.source, options.encoding,
        encodings);
    if (encodings > 1) a.notes.push_back(fmt::format("encoding {} of {}", options.encoding, encodings));

    Selection const s = select_readouts(file, file.info(coordinate("X")).shape, options, a);
    index_t const points = s.readouts * s.samples;
    bool const states_matrix = options.matrix[0] > 0 || file.numbers("Kdata", "tessera_matrix");
    Context const place = host.rehearses() && !states_matrix ? Context() : host; // the trajectory's extents are the matrix
    a.trajectory = Tensor<real>::zeros(place, {s.readouts, s.samples, 3});
    char const* const axes[] = {"X", "Y", "Z"};
    for (index_t axis = 0; axis < 3; ++axis) {
        if (axis == 2 && !file.has_dataset(coordinate("Z"))) {
            a.notes.push_back("no KZ: read as 2D");
            continue;
        }
        auto const k = read_selected<real>(file, coordinate(axes[axis]), s, place);
        if (place.rehearses()) continue;
        for (index_t i = 0; i < points; ++i) a.trajectory.data()[3 * i + axis] = k[static_cast<std::size_t>(i)];
    }
    if (file.has_dataset(coordinate("W"))) {
        a.weights = Tensor<real>(host, {s.readouts, s.samples});
        auto const w = read_selected<real>(file, coordinate("W"), s, host);
        std::copy(w.begin(), w.end(), a.weights->data());
    }

    std::string const prefix = "KData" + encoding + "_C";
    index_t const coils = count_coils(file, prefix);
    a.kspace = Tensor<complex>(host, {coils, s.readouts, s.samples});
    for (index_t c = 0; c < coils; ++c) {
        auto const values = read_selected<complex>(file, fmt::format("Kdata/{}{}", prefix, c), s, host);
        std::copy(values.begin(), values.end(), a.kspace[c].data());
    }
    if (file.has_dataset("Kdata/Noise")) a.noise = read_noise(file, host, coils);
    a.times = read_signal(file, "TIME" + encoding, s, host, a);
    a.respiration = read_signal(file, "RESP" + encoding, s, host, a);
    read_attributes(file, a);

    TrajectoryUnits const units =
        options.trajectory_units == TrajectoryUnits::automatic ? TrajectoryUnits::cycles_per_fov : options.trajectory_units;
    to_cycles_per_fov(a.trajectory, encoded_space(a, options), units, a.source);
    return a;
}

void write_mri_raw(std::filesystem::path const& path, Acquisition const& a) {
    hdf5::Writer file(path);
    hdf5::DatasetOptions options;
    options.single = true;
    options.complex_members = {"real", "imag"};
    Shape const shape{1, a.readouts(), a.samples()};
    char const* const axes[] = {"KX", "KY", "KZ"};
    std::vector<real> k(static_cast<std::size_t>(shape.size()));
    for (std::size_t axis = 0; axis < 3; ++axis) {
        for (std::size_t i = 0; i < k.size(); ++i) k[i] = a.trajectory.data()[3 * i + axis];
        file.dataset(fmt::format("Kdata/{}_E0", axes[axis]), shape, std::span<real const>(k), options);
    }
    std::fill(k.begin(), k.end(), real(1));
    if (a.weights)
        file.dataset("Kdata/KW_E0", a.weights->reshape(shape), options);
    else
        file.dataset("Kdata/KW_E0", shape, std::span<real const>(k), options); // readers of the layout expect it
    for (index_t c = 0; c < a.coils(); ++c) file.dataset(fmt::format("Kdata/KData_E0_C{}", c), a.kspace[c].reshape(shape), options);
    if (a.noise) file.dataset("Kdata/Noise", *a.noise, options);
    Shape const readouts{1, a.readouts()};
    if (!a.times.empty()) file.dataset("Gating/TIME_E0", readouts, std::span<double const>(a.times));
    if (!a.respiration.empty()) file.dataset("Gating/RESP_E0", readouts, std::span<double const>(a.respiration));

    file.attribute("Kdata", "Num_Encodings", std::int64_t(1));
    file.attribute("Kdata", "Num_Coils", std::int64_t(a.coils()));
    file.attribute("Kdata", "Num_Frames", std::int64_t(1));
    char const* const letters[] = {"Z", "Y", "X"};
    char const* const fov[] = {"fovz", "fovy", "fovx"};
    for (std::size_t d = 0; d < 3; ++d) {
        bool const encoded = d > 0 || a.matrix[0] != 1;
        file.attribute("Kdata", std::string("trajectory_type") + letters[d], std::int64_t(encoded));
        file.attribute("Kdata", std::string("dft_needed") + letters[d], std::int64_t(encoded));
        file.attribute("Kdata", fov[d], a.geometry.fov_mm[d]);
    }
    if (a.matrix[0] > 0) file.attribute("Kdata", "tessera_matrix", std::span<std::int64_t const>(a.matrix));
    file.commit();
}

} // namespace tessera
