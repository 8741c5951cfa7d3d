// Scans of any size that take no room: what plans are made from.
#pragma once

#include "core/arrays/shape.h"
#include "core/files/hdf5_types.h"
#include "core/files/hdf5_writer.h"
#include "recon/acquisition/geometry.h"
#include "recon/formats/units.h"

#include <filesystem>

namespace tessera::test {

/// An acquisition as Tessera writes it whose values are holes of the file: k-space, trajectory, maps and reference of a simulation.
inline void write_header_only_scan(std::filesystem::path const& path, Matrix const& matrix, index_t coils, index_t readouts,
    index_t samples) {
    {
        hdf5::Writer file(path);
        file.attribute("/", "format", "tessera acquisition");
        file.attribute("/", "version", std::int64_t(1));
        file.attribute("/", "trajectory_units", to_string(TrajectoryUnits::cycles_per_fov));
        file.attribute("/", "matrix", std::span<std::int64_t const>(matrix));
        file.commit();
    }
    hdf5::Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)), layout(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_alloc_time(layout.get(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(layout.get(), H5D_FILL_TIME_NEVER);
    auto const hole = [&](char const* name, hid_t type, std::vector<hsize_t> const& extents) {
        hdf5::Handle const space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
        hdf5::Handle const dataset(H5Dcreate2(file.get(), name, type, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT));
    };
    auto const n = [](index_t i) { return static_cast<hsize_t>(i); };
    hdf5::Handle const complex_float = hdf5::complex_type(H5T_NATIVE_FLOAT, "r", "i");
    hole("kspace", complex_float.get(), {n(coils), n(readouts), n(samples)});
    hole("trajectory", H5T_NATIVE_FLOAT, {n(readouts), n(samples), 3});
    hole("maps", complex_float.get(), {n(coils), n(matrix[0]), n(matrix[1]), n(matrix[2])});
    hole("reference", complex_float.get(), {n(matrix[0]), n(matrix[1]), n(matrix[2])});
}

} // namespace tessera::test
