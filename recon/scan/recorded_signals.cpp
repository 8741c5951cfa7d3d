#include "recon/scan/recorded_signals.h"

#include "core/files/hdf5.h"
#include "core/files/hdf5_handle.h"
#include "recon/formats/ismrmrd/ismrmrd.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tessera {
namespace {

using hdf5::check;
using hdf5::checked;
using hdf5::Handle;

struct Stamps {
    std::uint32_t acquisition;
    std::array<std::uint32_t, 3> physiology;
};

constexpr hsize_t kLooked = 256; // readouts

/// The stamps of the first readouts; HDF5 matches members by name, and leaves at zero what the file does not have.
std::vector<Stamps> first_stamps(hdf5::File const& file, std::string const& records) {
    std::string const where = file.path().string() + ": " + records;
    hsize_t const three = 3;
    Handle const physiology(H5Tarray_create2(H5T_NATIVE_UINT32, 1, &three));
    Handle const head(H5Tcreate(H5T_COMPOUND, sizeof(Stamps))), row(H5Tcreate(H5T_COMPOUND, sizeof(Stamps)));
    H5Tinsert(head.get(), "acquisition_time_stamp", offsetof(Stamps, acquisition), H5T_NATIVE_UINT32);
    H5Tinsert(head.get(), "physiology_time_stamp", offsetof(Stamps, physiology), physiology.get());
    H5Tinsert(row.get(), "head", 0, head.get());
    Handle const data = checked(H5Dopen2(static_cast<hid_t>(file.id()), records.c_str(), H5P_DEFAULT), where, "cannot open the dataset");
    Handle const space(H5Dget_space(data.get()));
    hsize_t const start = 0,
                  count =
                      std::min<hsize_t>(kLooked, static_cast<hsize_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get()))));
    std::vector<Stamps> stamps(count);
    if (count == 0) return stamps;
    Handle const memory(H5Screate_simple(1, &count, nullptr));
    check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &start, nullptr, &count, nullptr), where, "cannot select readouts");
    if (H5Dread(data.get(), row.get(), memory.get(), space.get(), H5P_DEFAULT, stamps.data()) < 0) return {}; // a head without stamps
    return stamps;
}

} // namespace

RecordedSignals recorded_signals(std::filesystem::path const& path) {
    RecordedSignals found;
    if (!hdf5::is_hdf5(path)) return found;
    hdf5::File const file(path);
    if (is_ismrmrd(file)) {
        for (std::string const& group : file.groups()) {
            if (!file.has_dataset(group + "/data")) continue;
            for (Stamps const& s : first_stamps(file, group + "/data")) {
                found.timestamps = found.timestamps || s.acquisition != 0;
                bool const pulse = std::any_of(s.physiology.begin(), s.physiology.end(), [](std::uint32_t t) { return t != 0; });
                if (pulse && found.gating.empty()) found.gating.emplace_back("physiology_time_stamp");
            }
        }
        return found;
    }
    if (file.has_dataset("respiration")) found.gating.emplace_back("respiration");
    for (char const* const group : {"Gating", "gating"})
        if (file.has_group(group))
            for (std::string const& name : file.datasets(group)) found.gating.push_back(name);
    found.timestamps = file.has_dataset("times") ||
        std::any_of(found.gating.begin(), found.gating.end(), [](std::string const& name) { return name.starts_with("TIME"); });
    return found;
}

} // namespace tessera
