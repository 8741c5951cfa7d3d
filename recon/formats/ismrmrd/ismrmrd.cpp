#include "recon/formats/ismrmrd/ismrmrd.h"

#include "recon/formats/ismrmrd/ismrmrd_header.h"
#include "recon/formats/ismrmrd/ismrmrd_records.h"
#include "recon/formats/ismrmrd/ismrmrd_stamps.h"

#include <algorithm>
#include <cmath>

namespace tessera {

namespace {

constexpr int kNoise = 19;
/// Not for the image: calibration, navigation, phase correction, feedback (2), dummy, phase stabilisation (2).
constexpr int kSkipped[] = {20, 23, 24, 26, 28, 27, 30, 31};

std::string group_of(hdf5::File const& file) {
    for (std::string const& group : file.groups())
        if (file.has_dataset(group + "/xml") && file.has_dataset(group + "/data")) return group;
    return {};
}

index_t kept_samples(IsmrmrdHead const& h) { return index_t(h.number_of_samples) - h.discard_pre - h.discard_post; }

/// Which records make the image, and which are noise.
struct Selection {
    std::vector<std::size_t> imaging, noise;
};

Selection select_records(std::vector<IsmrmrdHead> const& heads, ReadOptions const& options, Acquisition& a) {
    Selection s;
    std::size_t other = 0, flagged = 0;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        IsmrmrdHead const& h = heads[i];
        if (h.flag(kNoise))
            s.noise.push_back(i);
        else if (std::any_of(std::begin(kSkipped), std::end(kSkipped), [&](int f) { return h.flag(f); }))
            ++flagged;
        else if (h.encoding_space_ref != options.encoding || h.slice != options.slice || h.contrast != options.contrast)
            ++other;
        else
            s.imaging.push_back(i);
    }
    if (flagged)
        a.notes.push_back(fmt::format("{} acquisitions that are not for the image (calibration, navigation, dummy) skipped", flagged));
    if (other)
        a.notes.push_back(fmt::format("{} acquisitions of other encodings, slices or contrasts than ({}, {}, {}) skipped", other,
            options.encoding, options.slice, options.contrast));
    require(!s.imaging.empty(), "{}: none of the {} acquisitions is for an image of encoding {}, slice {}, contrast {}", a.source,
        heads.size(), options.encoding, options.slice, options.contrast);
    return s;
}

void require_uniform(std::vector<IsmrmrdHead> const& heads, std::vector<std::size_t> const& records, std::string const& source) {
    IsmrmrdHead const& first = heads[records.front()];
    require(first.trajectory_dimensions > 0, "{}: acquisition {} has no trajectory (Cartesian data are not reconstructed here)", source,
        records.front());
    require(first.trajectory_dimensions >= 2 && first.trajectory_dimensions <= 4,
        "{}: acquisition {} has a trajectory of {} dimensions, expected 2 or 3 (4: with weights)", source, records.front(),
        first.trajectory_dimensions);
    for (std::size_t const i : records) {
        require(kept_samples(heads[i]) == kept_samples(first) && heads[i].active_channels == first.active_channels &&
                heads[i].trajectory_dimensions == first.trajectory_dimensions,
            "{}: acquisition {} has {} samples, {} channels and {} trajectory dimensions but acquisition {} has {}, {} and {}: expected "
            "the same for all",
            source, i, kept_samples(heads[i]), heads[i].active_channels, heads[i].trajectory_dimensions, records.front(),
            kept_samples(first), first.active_channels, first.trajectory_dimensions);
    }
    require(kept_samples(first) > 0 && first.active_channels > 0, "{}: acquisition {} has {} samples and {} channels", source,
        records.front(), kept_samples(first), first.active_channels);
}

void require_length(std::size_t found, index_t expected, char const* what, std::size_t record, std::string const& source) {
    require(static_cast<index_t>(found) == expected, "{}: acquisition {}: expected {} numbers of {} as its header says, found {}", source,
        record, expected, what, found);
}

/// Fills k-space, trajectory and, from a last trajectory component beyond the encoded dimensions, weights.
void read_imaging(IsmrmrdRecords const& records, std::vector<std::size_t> const& wanted, bool planar, Context const& host, Acquisition& a) {
    IsmrmrdHead const& first = records.heads()[wanted.front()];
    index_t const readouts = static_cast<index_t>(wanted.size()), samples = kept_samples(first), channels = first.active_channels;
    index_t const components = first.trajectory_dimensions, spatial = std::min<index_t>(components, 3);
    double const numbers = static_cast<double>(readouts) * static_cast<double>(samples) * static_cast<double>(2 * channels + components);
    require(4 * numbers <= static_cast<double>(records.file_bytes()),
        "{}: {} acquisitions of {} samples, {} channels and {} trajectory dimensions are more than a file of {} bytes holds", a.source,
        readouts, samples, channels, components, records.file_bytes());
    a.kspace = Tensor<complex>(host, {channels, readouts, samples});
    a.trajectory = Tensor<real>::zeros(host, {readouts, samples, 3});
    auto const last = Tensor<real>::zeros(host, {readouts, samples});
    if (host.rehearses()) { // whether the last component is weights would be seen in its values
        if (components == 4) a.weights = last;
        return;
    }
    auto const kspace = a.kspace.view<3>();
    auto const trajectory = a.trajectory.view<3>();
    auto next = wanted.begin();
    records.read(wanted.front(), wanted.back() + 1, [&](std::size_t i, std::span<float const> data, std::span<float const> k) {
        if (*next != i) return;
        IsmrmrdHead const& h = records.heads()[i];
        index_t const readout = next++ - wanted.begin(), all = h.number_of_samples;
        require_length(data.size(), 2 * all * channels, "data", i, a.source);
        require_length(k.size(), all * components, "trajectory", i, a.source);
        for (index_t s = 0; s < samples; ++s) {
            index_t const from = s + h.discard_pre;
            for (index_t c = 0; c < channels; ++c) kspace(c, readout, s) = {data[2 * (c * all + from)], data[2 * (c * all + from) + 1]};
            for (index_t d = 0; d < spatial; ++d) trajectory(readout, s, d) = k[from * components + d];
            last.data()[readout * samples + s] = k[from * components + components - 1];
        }
    });
    // In 2D the third component is kz = 0, or weights where it is not; a fourth one always is weights.
    auto const values = last.host();
    bool const third_is_weights = planar && components == 3 && std::any_of(values.begin(), values.end(), [](real v) { return v != 0; });
    if (components != 4 && !third_is_weights) return;
    a.weights = last;
    a.notes.push_back("the last component of the trajectory is taken as density compensation");
    if (third_is_weights)
        for (index_t i = 0; i < readouts * samples; ++i) a.trajectory.data()[3 * i + 2] = 0;
}

void read_noise(IsmrmrdRecords const& records, std::vector<std::size_t> const& wanted, Acquisition& a) {
    index_t total = 0;
    for (std::size_t const i : wanted) {
        IsmrmrdHead const& h = records.heads()[i];
        require(h.active_channels == a.coils(), "{}: noise acquisition {} has {} channels but the image has {}", a.source, i,
            h.active_channels, a.coils());
        total += h.number_of_samples;
    }
    require(8.0 * static_cast<double>(total) * static_cast<double>(a.coils()) <= static_cast<double>(records.file_bytes()),
        "{}: {} noise samples of {} channels are more than a file of {} bytes holds", a.source, total, a.coils(), records.file_bytes());
    a.noise = Tensor<complex>(a.kspace.context(), {a.coils(), total});
    if (a.noise->context().rehearses()) return;
    index_t offset = 0;
    for (std::size_t const i : wanted)
        records.read(i, i + 1, [&](std::size_t, std::span<float const> data, std::span<float const>) {
            index_t const samples = records.heads()[i].number_of_samples;
            require_length(data.size(), 2 * samples * a.coils(), "data", i, a.source);
            for (index_t c = 0; c < a.coils(); ++c)
                for (index_t s = 0; s < samples; ++s)
                    a.noise->data()[c * total + offset + s] = {data[2 * (c * samples + s)], data[2 * (c * samples + s) + 1]};
            offset += samples;
        });
}

void set_geometry(IsmrmrdHead const& head, Acquisition& a) {
    auto const vector = [](float const(&v)[3]) { return Vector3{v[0], v[1], v[2]}; };
    auto const length = [](Vector3 const& v) { return std::hypot(v[0], v[1], v[2]); };
    a.geometry.centre_mm = vector(head.position);
    Vector3 const x = vector(head.read_dir), y = vector(head.phase_dir), z = vector(head.slice_dir);
    if (length(x) == 0 && length(y) == 0 && length(z) == 0) {
        a.notes.push_back("the file states no directions: taken as x to the left, y posterior, z superior");
        return;
    }
    for (Vector3 const& v : {x, y, z})
        require(std::abs(length(v) - 1) < 1e-2, "{}: read_dir, phase_dir and slice_dir must be unit vectors, found the length {:.4g}",
            a.source, length(v));
    a.geometry.x_direction = x;
    a.geometry.y_direction = y;
    a.geometry.z_direction = z;
}

bool known(EncodedSpace const& s) {
    return std::all_of(s.matrix.begin(), s.matrix.end(), [](index_t n) { return n > 0; }) &&
        std::all_of(s.fov_mm.begin(), s.fov_mm.end(), [](double l) { return l > 0; });
}

/// The header's matrix and field of view, and the trajectory in cycles per that field of view.
void set_space(IsmrmrdEncoding const& encoding, ReadOptions const& options, Acquisition& a) {
    auto const units = to_cycles_per_fov(a.trajectory, encoding.encoded, options.trajectory_units, a.source);
    if (options.trajectory_units == TrajectoryUnits::automatic) a.notes.push_back("detected trajectory units: " + to_string(units));
    bool const both = known(encoding.encoded) && known(encoding.reconstructed);
    EncodedSpace const& space = both ? encoding.reconstructed : encoding.encoded;
    a.matrix = space.matrix;
    a.geometry.fov_mm = space.fov_mm;
    if (!both || encoding.encoded.fov_mm == encoding.reconstructed.fov_mm || a.trajectory.context().rehearses()) return;
    for (index_t i = 0; i < a.trajectory.size(); ++i) { // an oversampled field of view: the same k in cycles per metre
        auto const d = static_cast<std::size_t>(2 - i % 3);
        a.trajectory.data()[i] *= static_cast<real>(encoding.reconstructed.fov_mm[d] / encoding.encoded.fov_mm[d]);
    }
    a.notes.push_back("encoded and reconstructed fields of view differ: the trajectory is scaled to the reconstructed one");
}

} // namespace

bool is_ismrmrd(hdf5::File const& file) { return !group_of(file).empty(); }

Acquisition read_ismrmrd(hdf5::File const& file, ReadOptions const& options, Context const& host) {
    Acquisition a;
    a.source = file.path().string();
    a.format = "ismrmrd";
    std::string const group = group_of(file);
    require(!group.empty(), "{}: no group with the datasets 'xml' and 'data'", a.source);
    std::string const xml = file.read_string(group + "/xml");
    auto const encodings = parse_ismrmrd_header(xml, a.source);
    a.study = ismrmrd_study(xml);
    require(options.encoding >= 0 && options.encoding < static_cast<index_t>(encodings.size()), "{}: encoding {} of {} encodings", a.source,
        options.encoding, encodings.size());
    IsmrmrdEncoding encoding = encodings[static_cast<std::size_t>(options.encoding)];
    if (options.matrix[0] > 0 && !known(encoding.encoded)) encoding.encoded.matrix = options.matrix;

    IsmrmrdRecords const records(file, group + "/data");
    Selection const selection = select_records(records.heads(), options, a);
    require_uniform(records.heads(), selection.imaging, a.source);
    read_imaging(records, selection.imaging, encoding.encoded.matrix[0] == 1, host, a);
    if (!selection.noise.empty()) read_noise(records, selection.noise, a);
    a.times = acquisition_times(records.heads(), selection.imaging);
    a.respiration = triggered_respiration(records.heads(), selection.imaging);
    if (!a.respiration.empty())
        a.notes.push_back("breathing is known from the physiology stamps, as time since a trigger that is taken for end-expiration");
    set_geometry(records.heads()[selection.imaging.front()], a);
    set_space(encoding, options, a);
    return a;
}

} // namespace tessera
