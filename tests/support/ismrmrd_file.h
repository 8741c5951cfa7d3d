// Writes small ISMRMRD files: only the members that a reader may need, in the layout of the standard.
#pragma once

#include "core/files/hdf5_handle.h"
#include "recon/formats/ismrmrd/ismrmrd_records.h"
#include "tests/support/catch.h"

#include <string>
#include <vector>

namespace tessera::test {

struct IsmrmrdRecord {
    IsmrmrdHead head{};
    std::vector<float> trajectory, data;
};

/// A readout of `samples` along x, |k| up to k_max, whose sample s of channel c is c + s i.
inline IsmrmrdRecord ismrmrd_readout(int samples = 6, int channels = 2, float k_max = 0.5f, int dimensions = 3) {
    IsmrmrdRecord r;
    r.head.number_of_samples = static_cast<std::uint16_t>(samples);
    r.head.active_channels = static_cast<std::uint16_t>(channels);
    r.head.trajectory_dimensions = static_cast<std::uint16_t>(dimensions);
    r.head.read_dir[0] = r.head.phase_dir[1] = r.head.slice_dir[2] = 1;
    for (int s = 0; s < samples; ++s)
        for (int d = 0; d < dimensions; ++d)
            r.trajectory.push_back(d == 0 ? k_max * static_cast<float>(s) / static_cast<float>(samples - 1) : 0);
    for (int c = 0; c < channels; ++c)
        for (int s = 0; s < samples; ++s) r.data.insert(r.data.end(), {static_cast<float>(c), static_cast<float>(s)});
    return r;
}

inline std::string ismrmrd_xml(int nx = 64, int nz = 64, double encoded_fov_x = 320, double recon_fov_x = 320, int recon_nx = 64) {
    auto const space = [&](int n, double fov) {
        return fmt::format(
            "<matrixSize><x>{}</x><y>64</y><z>{}</z></matrixSize><fieldOfView_mm><x>{}</x><y>320</y><z>256</z></fieldOfView_mm>", n, nz,
            fov);
    };
    return "<ismrmrdHeader xmlns=\"http://www.ismrm.org/ISMRMRD\"><encoding><encodedSpace>" + space(nx, encoded_fov_x) +
        "</encodedSpace><reconSpace>" + space(recon_nx, recon_fov_x) +
        "</reconSpace><trajectory>radial</trajectory></encoding></ismrmrdHeader>";
}

inline void write_ismrmrd(std::filesystem::path const& path, std::string const& xml, std::vector<IsmrmrdRecord> const& records) {
    using hdf5::Handle;
    struct Row {
        IsmrmrdHead head;
        hvl_t trajectory, data;
    };
    hsize_t const three = 3, n = records.size(), one = 1;
    Handle const vector(H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &three)), stamps(H5Tarray_create2(H5T_NATIVE_UINT32, 1, &three));
    Handle const floats(H5Tvlen_create(H5T_NATIVE_FLOAT));
    Handle const index(H5Tcreate(H5T_COMPOUND, 4)), head(H5Tcreate(H5T_COMPOUND, sizeof(IsmrmrdHead)));
    H5Tinsert(index.get(), "slice", 0, H5T_NATIVE_UINT16);
    H5Tinsert(index.get(), "contrast", 2, H5T_NATIVE_UINT16);
#define TESSERA_INSERT(member, type) H5Tinsert(head.get(), #member, offsetof(IsmrmrdHead, member), type)
    TESSERA_INSERT(flags, H5T_NATIVE_UINT64);
    TESSERA_INSERT(number_of_samples, H5T_NATIVE_UINT16);
    TESSERA_INSERT(active_channels, H5T_NATIVE_UINT16);
    TESSERA_INSERT(discard_pre, H5T_NATIVE_UINT16);
    TESSERA_INSERT(discard_post, H5T_NATIVE_UINT16);
    TESSERA_INSERT(encoding_space_ref, H5T_NATIVE_UINT16);
    TESSERA_INSERT(trajectory_dimensions, H5T_NATIVE_UINT16);
    TESSERA_INSERT(position, vector.get());
    TESSERA_INSERT(read_dir, vector.get());
    TESSERA_INSERT(phase_dir, vector.get());
    TESSERA_INSERT(slice_dir, vector.get());
    TESSERA_INSERT(acquisition_time_stamp, H5T_NATIVE_UINT32);
    TESSERA_INSERT(physiology_time_stamp, stamps.get());
#undef TESSERA_INSERT
    H5Tinsert(head.get(), "idx", offsetof(IsmrmrdHead, slice), index.get());
    Handle const row(H5Tcreate(H5T_COMPOUND, sizeof(Row)));
    H5Tinsert(row.get(), "head", offsetof(Row, head), head.get());
    H5Tinsert(row.get(), "traj", offsetof(Row, trajectory), floats.get());
    H5Tinsert(row.get(), "data", offsetof(Row, data), floats.get());

    std::vector<Row> rows;
    for (IsmrmrdRecord const& r : records)
        rows.push_back(
            {r.head, {r.trajectory.size(), const_cast<float*>(r.trajectory.data())}, {r.data.size(), const_cast<float*>(r.data.data())}});
    Handle const file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    Handle const group(H5Gcreate2(file.get(), "dataset", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    Handle const table_space(H5Screate_simple(1, &n, nullptr)), text_space(H5Screate_simple(1, &one, nullptr)), text(H5Tcopy(H5T_C_S1));
    H5Tset_size(text.get(), H5T_VARIABLE);
    Handle const table(H5Dcreate2(group.get(), "data", row.get(), table_space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    Handle const header(H5Dcreate2(group.get(), "xml", text.get(), text_space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    char const* const xml_text = xml.c_str();
    REQUIRE(H5Dwrite(table.get(), row.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data()) >= 0);
    REQUIRE(H5Dwrite(header.get(), text.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &xml_text) >= 0);
}

} // namespace tessera::test
