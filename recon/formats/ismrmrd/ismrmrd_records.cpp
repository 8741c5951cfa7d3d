#include "recon/formats/ismrmrd/ismrmrd_records.h"

#include "core/files/hdf5_handle.h"

#include <algorithm>
#include <cstdlib>

namespace tessera {

using hdf5::check;
using hdf5::checked;
using hdf5::Handle;

namespace {

constexpr std::size_t kBlock = 256;

/// HDF5 matches members by name, so only what is wanted is described.
Handle head_type() {
    hsize_t const three = 3;
    Handle const vector(H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &three)), stamps(H5Tarray_create2(H5T_NATIVE_UINT32, 1, &three));
    // slice and contrast lie in a compound of their own; its members sit at their place in IsmrmrdHead
    std::size_t const index_offset = offsetof(IsmrmrdHead, slice);
    Handle const index(H5Tcreate(H5T_COMPOUND, 2 * sizeof(std::uint16_t)));
    H5Tinsert(index.get(), "slice", 0, H5T_NATIVE_UINT16);
    H5Tinsert(index.get(), "contrast", offsetof(IsmrmrdHead, contrast) - index_offset, H5T_NATIVE_UINT16);

    Handle head(H5Tcreate(H5T_COMPOUND, sizeof(IsmrmrdHead)));
    auto const add = [&](char const* name, std::size_t offset, hid_t type) { H5Tinsert(head.get(), name, offset, type); };
    add("flags", offsetof(IsmrmrdHead, flags), H5T_NATIVE_UINT64);
    add("number_of_samples", offsetof(IsmrmrdHead, number_of_samples), H5T_NATIVE_UINT16);
    add("active_channels", offsetof(IsmrmrdHead, active_channels), H5T_NATIVE_UINT16);
    add("discard_pre", offsetof(IsmrmrdHead, discard_pre), H5T_NATIVE_UINT16);
    add("discard_post", offsetof(IsmrmrdHead, discard_post), H5T_NATIVE_UINT16);
    add("encoding_space_ref", offsetof(IsmrmrdHead, encoding_space_ref), H5T_NATIVE_UINT16);
    add("trajectory_dimensions", offsetof(IsmrmrdHead, trajectory_dimensions), H5T_NATIVE_UINT16);
    add("position", offsetof(IsmrmrdHead, position), vector.get());
    add("read_dir", offsetof(IsmrmrdHead, read_dir), vector.get());
    add("phase_dir", offsetof(IsmrmrdHead, phase_dir), vector.get());
    add("slice_dir", offsetof(IsmrmrdHead, slice_dir), vector.get());
    add("idx", index_offset, index.get());
    add("acquisition_time_stamp", offsetof(IsmrmrdHead, acquisition_time_stamp), H5T_NATIVE_UINT32);
    add("physiology_time_stamp", offsetof(IsmrmrdHead, physiology_time_stamp), stamps.get());
    return head;
}

struct Arrays {
    hvl_t trajectory, data;
};

Handle arrays_type() {
    Handle const floats(H5Tvlen_create(H5T_NATIVE_FLOAT));
    Handle type(H5Tcreate(H5T_COMPOUND, sizeof(Arrays)));
    H5Tinsert(type.get(), "traj", offsetof(Arrays, trajectory), floats.get());
    H5Tinsert(type.get(), "data", offsetof(Arrays, data), floats.get());
    return type;
}

/// Memory for HDF5's lists, of which the files state the lengths: no single one is longer than the whole file.
void* allocate_list(std::size_t bytes, void* file_bytes) {
    return bytes > *static_cast<std::uintmax_t const*>(file_bytes) ? nullptr : std::malloc(bytes);
}
void free_list(void* memory, void*) { std::free(memory); }

/// The arrays of one block, in memory that HDF5 allocated.
class ArrayBlock {
public:
    ArrayBlock(hid_t dataset, hid_t file_space, hsize_t count, std::uintmax_t file_bytes, std::string const& where)
        : file_bytes_(file_bytes), type_(arrays_type()), space_(H5Screate_simple(1, &count, nullptr)),
          transfer_(H5Pcreate(H5P_DATASET_XFER)), arrays_(count) {
        check(H5Pset_vlen_mem_manager(transfer_.get(), allocate_list, &file_bytes_, free_list, nullptr), where, "cannot prepare reading");
        herr_t const status = H5Dread(dataset, type_.get(), space_.get(), file_space, transfer_.get(), arrays_.data());
        if (status < 0) {
            std::string const reason = hdf5::last_error();
            release();
            fail("{}: cannot read the data (a truncated or damaged file?): {}", where, reason);
        }
    }
    ~ArrayBlock() { release(); }
    ArrayBlock(ArrayBlock const&) = delete;
    ArrayBlock& operator=(ArrayBlock const&) = delete;

    std::span<float const> data(std::size_t i) const { return values(arrays_[i].data); }
    std::span<float const> trajectory(std::size_t i) const { return values(arrays_[i].trajectory); }

private:
    static std::span<float const> values(hvl_t const& v) { return {static_cast<float const*>(v.p), v.p ? v.len : 0}; }
    void release() { H5Dvlen_reclaim(type_.get(), space_.get(), transfer_.get(), arrays_.data()); }

    std::uintmax_t file_bytes_;
    Handle type_, space_, transfer_;
    std::vector<Arrays> arrays_;
};

bool has_members(hid_t type, std::initializer_list<char const*> names) {
    return H5Tget_class(type) == H5T_COMPOUND &&
        std::all_of(names.begin(), names.end(), [&](char const* n) { return H5Tget_member_index(type, n) >= 0; });
}

} // namespace

IsmrmrdRecords::IsmrmrdRecords(hdf5::File const& file, std::string const& dataset) : file_(&file), dataset_(dataset) {
    std::string const where = file.path().string() + ": " + dataset;
    Shape const shape = file.info(dataset).shape;
    Handle const table = checked(H5Dopen2(file.id(), dataset.c_str(), H5P_DEFAULT), where, "cannot open the dataset");
    Handle const type(H5Dget_type(table.get()));
    require(shape.rank() == 1 && has_members(type.get(), {"head", "traj", "data"}),
        "{}: expected a list of acquisitions {{head, traj, data}}, found {} {}", where, file.info(dataset).type, shape.str());
    Handle const head(H5Tget_member_type(type.get(), static_cast<unsigned>(H5Tget_member_index(type.get(), "head"))));
    require(has_members(head.get(),
                {"flags", "number_of_samples", "active_channels", "discard_pre", "discard_post", "encoding_space_ref",
                    "trajectory_dimensions", "position", "read_dir", "phase_dir", "slice_dir", "idx"}),
        "{}: the acquisition headers lack members of the standard", where);
    heads_.resize(static_cast<std::size_t>(shape.size()));
    Handle const wanted(H5Tcreate(H5T_COMPOUND, sizeof(IsmrmrdHead)));
    H5Tinsert(wanted.get(), "head", 0, head_type().get());
    if (!heads_.empty())
        check(H5Dread(table.get(), wanted.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, heads_.data()), where,
            "cannot read the headers (a truncated or damaged file?)");
}

void IsmrmrdRecords::read(std::size_t begin, std::size_t end,
    std::function<void(std::size_t, std::span<float const>, std::span<float const>)> const& use) const {
    std::string const where = file_->path().string() + ": " + dataset_;
    Handle const table = checked(H5Dopen2(file_->id(), dataset_.c_str(), H5P_DEFAULT), where, "cannot open the dataset");
    Handle const space(H5Dget_space(table.get()));
    for (; begin < end; begin += kBlock) {
        hsize_t const start = begin, count = std::min(kBlock, end - begin);
        check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &start, nullptr, &count, nullptr), where, "cannot select records");
        ArrayBlock const block(table.get(), space.get(), count, file_->bytes(), where);
        for (std::size_t i = 0; i < count; ++i) use(begin + i, block.data(i), block.trajectory(i));
    }
}

} // namespace tessera
