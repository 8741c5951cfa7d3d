#include "recon/formats/ismrmrd/ismrmrd.h"

#include "core/files/atomic_file.h"
#include "core/files/hdf5_handle.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace tessera {

using hdf5::check;
using hdf5::checked;
using hdf5::Handle;

namespace {

constexpr hsize_t kRowsAtOnce = 256;     // records that are written at once
constexpr index_t kNoiseRecord = 4096;   // samples of a noise record
constexpr std::uint64_t kNoiseFlag = 19; // numbered from 1
constexpr double kTick = 2.5e-3;         // seconds, of time stamps

/// ISMRMRD's counters and acquisition header, version 1, with every member of the standard.
struct Counters {
    std::uint16_t kspace_encode_step_1, kspace_encode_step_2, average, slice, contrast, phase, repetition, set, segment, user[8];
};
struct Head {
    std::uint16_t version;
    std::uint64_t flags;
    std::uint32_t measurement_uid, scan_counter, acquisition_time_stamp, physiology_time_stamp[3];
    std::uint16_t number_of_samples, available_channels, active_channels;
    std::uint64_t channel_mask[16];
    std::uint16_t discard_pre, discard_post, center_sample, encoding_space_ref, trajectory_dimensions;
    float sample_time_us, position[3], read_dir[3], phase_dir[3], slice_dir[3], patient_table_position[3];
    Counters idx;
    std::int32_t user_int[8];
    float user_float[8];
};
struct Row {
    Head head;
    hvl_t trajectory, data;
};

/// A compound type, member by member.
class Compound {
public:
    explicit Compound(std::size_t bytes) : type_(H5Tcreate(H5T_COMPOUND, bytes)) {}
    Compound& add(char const* name, std::size_t offset, hid_t type) {
        H5Tinsert(type_.get(), name, offset, type);
        return *this;
    }
    Compound& add(char const* name, std::size_t offset, hid_t type, hsize_t count) {
        return add(name, offset, Handle(H5Tarray_create2(type, 1, &count)).get());
    }
    hid_t get() const { return type_.get(); }

private:
    Handle type_;
};

Compound counters_type() {
    Compound type(sizeof(Counters));
    char const* const names[] = {"kspace_encode_step_1", "kspace_encode_step_2", "average", "slice", "contrast", "phase", "repetition",
        "set", "segment"};
    std::size_t offset = 0;
    for (char const* const name : names) type.add(name, std::exchange(offset, offset + sizeof(std::uint16_t)), H5T_NATIVE_UINT16);
    return std::move(type.add("user", offsetof(Counters, user), H5T_NATIVE_UINT16, 8));
}

Compound head_type_of_standard() {
    Compound type(sizeof(Head));
#define TESSERA_ADD(member, ...) type.add(#member, offsetof(Head, member), __VA_ARGS__)
    TESSERA_ADD(version, H5T_NATIVE_UINT16);
    TESSERA_ADD(flags, H5T_NATIVE_UINT64);
    TESSERA_ADD(measurement_uid, H5T_NATIVE_UINT32);
    TESSERA_ADD(scan_counter, H5T_NATIVE_UINT32);
    TESSERA_ADD(acquisition_time_stamp, H5T_NATIVE_UINT32);
    TESSERA_ADD(physiology_time_stamp, H5T_NATIVE_UINT32, 3);
    TESSERA_ADD(number_of_samples, H5T_NATIVE_UINT16);
    TESSERA_ADD(available_channels, H5T_NATIVE_UINT16);
    TESSERA_ADD(active_channels, H5T_NATIVE_UINT16);
    TESSERA_ADD(channel_mask, H5T_NATIVE_UINT64, 16);
    TESSERA_ADD(discard_pre, H5T_NATIVE_UINT16);
    TESSERA_ADD(discard_post, H5T_NATIVE_UINT16);
    TESSERA_ADD(center_sample, H5T_NATIVE_UINT16);
    TESSERA_ADD(encoding_space_ref, H5T_NATIVE_UINT16);
    TESSERA_ADD(trajectory_dimensions, H5T_NATIVE_UINT16);
    TESSERA_ADD(sample_time_us, H5T_NATIVE_FLOAT);
    TESSERA_ADD(position, H5T_NATIVE_FLOAT, 3);
    TESSERA_ADD(read_dir, H5T_NATIVE_FLOAT, 3);
    TESSERA_ADD(phase_dir, H5T_NATIVE_FLOAT, 3);
    TESSERA_ADD(slice_dir, H5T_NATIVE_FLOAT, 3);
    TESSERA_ADD(patient_table_position, H5T_NATIVE_FLOAT, 3);
    TESSERA_ADD(idx, counters_type().get());
    TESSERA_ADD(user_int, H5T_NATIVE_INT32, 8);
    TESSERA_ADD(user_float, H5T_NATIVE_FLOAT, 8);
#undef TESSERA_ADD
    return type;
}

std::string header_xml(Acquisition const& a) {
    auto const space = [&](char const* name) {
        return fmt::format("<{0}><matrixSize><x>{1}</x><y>{2}</y><z>{3}</z></matrixSize><fieldOfView_mm><x>{4}</x><y>{5}</y><z>{6}</z>"
                           "</fieldOfView_mm></{0}>",
            name, a.matrix[2], a.matrix[1], a.matrix[0], a.geometry.fov_mm[2], a.geometry.fov_mm[1], a.geometry.fov_mm[0]);
    };
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ismrmrdHeader xmlns=\"http://www.ismrm.org/ISMRMRD\">"
                       "<acquisitionSystemInformation><receiverChannels>{}</receiverChannels></acquisitionSystemInformation>"
                       "<experimentalConditions><H1resonanceFrequency_Hz>0</H1resonanceFrequency_Hz></experimentalConditions>"
                       "<encoding>{}{}<encodingLimits/><trajectory>other</trajectory></encoding></ismrmrdHeader>\n",
        a.coils(), space("encodedSpace"), space("reconSpace"));
}

/// Rows of the table, a block at a time.
class Table {
public:
    Table(hid_t group, index_t rows, std::string where)
        : where_(std::move(where)), floats_(H5Tvlen_create(H5T_NATIVE_FLOAT)), type_(sizeof(Row)) {
        type_.add("head", offsetof(Row, head), head_type_of_standard().get());
        type_.add("traj", offsetof(Row, trajectory), floats_.get()).add("data", offsetof(Row, data), floats_.get());
        hsize_t const n = static_cast<hsize_t>(rows), any = H5S_UNLIMITED, chunk = 1;
        Handle const layout(H5Pcreate(H5P_DATASET_CREATE));
        check(H5Pset_obj_track_times(layout.get(), false), where_, "cannot leave the time out");
        check(H5Pset_chunk(layout.get(), 1, &chunk), where_, "cannot set the chunks");
        space_ = Handle(H5Screate_simple(1, &n, &any));
        Handle const packed(H5Tcopy(type_.get())); // in the file without gaps, as readers that take the bytes of a header expect
        check(H5Tpack(packed.get()), where_, "cannot pack the records");
        dataset_ = checked(H5Dcreate2(group, "data", packed.get(), space_.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT), where_,
            "cannot create the dataset");
    }
    void append(Head const& head, std::vector<float> trajectory, std::vector<float> data) {
        heads_.push_back(head);
        heads_.back().scan_counter = static_cast<std::uint32_t>(written_ + heads_.size() - 1);
        trajectories_.push_back(std::move(trajectory));
        data_.push_back(std::move(data));
        if (heads_.size() == kRowsAtOnce) flush();
    }
    void flush() {
        hsize_t const n = heads_.size();
        if (n == 0) return;
        std::vector<Row> rows;
        for (std::size_t i = 0; i < n; ++i)
            rows.push_back({heads_[i], {trajectories_[i].size(), trajectories_[i].data()}, {data_[i].size(), data_[i].data()}});
        Handle const memory(H5Screate_simple(1, &n, nullptr));
        check(H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, &written_, nullptr, &n, nullptr), where_, "cannot select");
        check(H5Dwrite(dataset_.get(), type_.get(), memory.get(), space_.get(), H5P_DEFAULT, rows.data()), where_, "cannot write the data");
        written_ += n;
        heads_.clear();
        trajectories_.clear();
        data_.clear();
    }

private:
    std::string where_;
    Handle floats_;
    Compound type_;
    Handle space_, dataset_;
    std::vector<Head> heads_;
    std::vector<std::vector<float>> trajectories_, data_;
    hsize_t written_ = 0;
};

Head common_head(Acquisition const& a) {
    Head head{};
    head.version = 1;
    head.available_channels = head.active_channels = static_cast<std::uint16_t>(a.coils());
    auto const put = [](Vector3 const& v, float(&out)[3]) {
        for (std::size_t d = 0; d < 3; ++d) out[d] = static_cast<float>(v[d]);
    };
    put(a.geometry.centre_mm, head.position);
    put(a.geometry.x_direction, head.read_dir);
    put(a.geometry.y_direction, head.phase_dir);
    put(a.geometry.z_direction, head.slice_dir);
    return head;
}

/// Samples [begin, end) of a row [coil, ...] as ISMRMRD orders them: coil after coil, real and imaginary parts in turn.
std::vector<float> interleaved(complex const* data, index_t coils, index_t stride, index_t begin, index_t end) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(2 * coils * (end - begin)));
    for (index_t c = 0; c < coils; ++c)
        for (index_t s = begin; s < end; ++s) {
            values.push_back(static_cast<float>(data[c * stride + s].re));
            values.push_back(static_cast<float>(data[c * stride + s].im));
        }
    return values;
}

void write_noise(Table& table, Acquisition const& a) {
    if (!a.noise) return;
    index_t const n = a.noise->shape()[1];
    for (index_t begin = 0; begin < n; begin += kNoiseRecord) {
        index_t const end = std::min(n, begin + kNoiseRecord);
        Head head = common_head(a);
        head.flags = std::uint64_t(1) << (kNoiseFlag - 1);
        head.number_of_samples = static_cast<std::uint16_t>(end - begin);
        table.append(head, {}, interleaved(a.noise->data(), a.coils(), n, begin, end));
    }
}

void write_readouts(Table& table, Acquisition const& a) {
    index_t const samples = a.samples(), components = a.weights ? 4 : 3, points = a.readouts() * samples;
    double const start = a.times.empty() ? 0 : *std::min_element(a.times.begin(), a.times.end());
    for (index_t r = 0; r < a.readouts(); ++r) {
        Head head = common_head(a);
        head.number_of_samples = static_cast<std::uint16_t>(samples);
        head.trajectory_dimensions = static_cast<std::uint16_t>(components);
        if (!a.times.empty())
            head.acquisition_time_stamp = static_cast<std::uint32_t>(std::llround((a.times[static_cast<std::size_t>(r)] - start) / kTick));
        std::vector<float> k;
        for (index_t s = 0; s < samples; ++s) {
            index_t const p = r * samples + s;
            for (std::size_t d = 0; d < 3; ++d)
                k.push_back(static_cast<float>(
                    static_cast<double>(a.trajectory.data()[3 * static_cast<std::size_t>(p) + d]) / static_cast<double>(a.matrix[2 - d])));
            if (a.weights) k.push_back(static_cast<float>(a.weights->data()[p]));
        }
        table.append(head, std::move(k), interleaved(a.kspace.data(), a.coils(), points, r * samples, (r + 1) * samples));
    }
}

} // namespace

void write_ismrmrd(std::filesystem::path const& path, Acquisition const& a) {
    index_t const most = std::numeric_limits<std::uint16_t>::max();
    require(a.samples() <= most && a.coils() <= most, "{}: {} samples and {} coils, but ISMRMRD counts them up to {}", path.string(),
        a.samples(), a.coils(), most);
    require(a.matrix[0] > 0, "{}: ISMRMRD states a matrix, which is not known here", path.string());
    hdf5::start_library();
    AtomicFile target(path);
    {
        Handle const file = checked(H5Fcreate(target.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), path.string(),
            "cannot create the HDF5 file");
        Handle const plain(H5Pcreate(H5P_GROUP_CREATE));
        check(H5Pset_obj_track_times(plain.get(), false), path.string(), "cannot leave the time out"); // equal contents, equal bytes
        Handle const group =
            checked(H5Gcreate2(file.get(), "dataset", H5P_DEFAULT, plain.get(), H5P_DEFAULT), path.string(), "cannot create the group");
        index_t const noise = a.noise ? (a.noise->shape()[1] + kNoiseRecord - 1) / kNoiseRecord : 0;
        Table table(group.get(), noise + a.readouts(), path.string());
        write_noise(table, a);
        write_readouts(table, a);
        table.flush();

        hsize_t const one = 1;
        Handle const text(H5Tcopy(H5T_C_S1)), space(H5Screate_simple(1, &one, nullptr)), layout(H5Pcreate(H5P_DATASET_CREATE));
        H5Tset_size(text.get(), H5T_VARIABLE);
        check(H5Pset_obj_track_times(layout.get(), false), path.string(), "cannot leave the time out");
        Handle const header = checked(H5Dcreate2(group.get(), "xml", text.get(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
            path.string(), "cannot create the header");
        std::string const xml = header_xml(a);
        char const* const characters = xml.c_str();
        check(H5Dwrite(header.get(), text.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &characters), path.string(), "cannot write the header");
        check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), path.string(), "cannot write");
    }
    target.commit();
}

} // namespace tessera
