#include "recon/formats/read.h"

#include "recon/formats/cfl.h"
#include "recon/formats/coverage.h"
#include "recon/formats/ismrmrd.h"
#include "recon/formats/mri_raw.h"
#include "recon/formats/plain_hdf5.h"
#include "recon/formats/untrusted.h"
#include "recon/formats/validate.h"

#include <algorithm>

namespace tessera {

std::vector<std::string> const& acquisition_formats() {
    static std::vector<std::string> const formats{"tessera", "mri_raw", "ismrmrd", "bart", "hdf5"};
    return formats;
}

EncodedSpace encoded_space(Acquisition const& scan, ReadOptions const& options) {
    EncodedSpace space{options.matrix[0] > 0 ? options.matrix : scan.matrix, scan.geometry.fov_mm};
    if (options.geometry.fov_mm) space.fov_mm = *options.geometry.fov_mm;
    if (options.geometry.voxel_mm && space.matrix[0] > 0)
        for (std::size_t d = 0; d < 3; ++d) space.fov_mm[d] = (*options.geometry.voxel_mm)[d] * static_cast<double>(space.matrix[d]);
    return space;
}

std::string detect_acquisition_format(std::filesystem::path const& path, ReadOptions const& options) {
    std::error_code ignored;
    if (is_cfl(path)) return "bart";
    require(std::filesystem::exists(path, ignored), "{}: no such file", path.string());
    require(hdf5::is_hdf5(path), "{}: not a scan in a known format: neither HDF5 nor a pair of .cfl and .hdr", path.string());
    hdf5::File const file(path, options.other_files());
    if (!options.datasets.empty()) return "hdf5";
    if (is_mri_raw(file)) return "mri_raw";
    if (is_ismrmrd(file)) return "ismrmrd";
    if (is_tessera_file(file)) return "tessera";
    std::string names;
    for (std::string const& name : file.groups()) names += " " + name + "/";
    for (std::string const& name : file.datasets()) names += " " + name;
    fail("{}: an HDF5 file of no known layout, with{}: name its datasets for kspace and trajectory", path.string(),
        names.empty() ? " nothing in it" : names);
}

Acquisition read_acquisition(std::filesystem::path const& path, ReadOptions const& options) {
    if (options.untrusted) {
        std::error_code ignored;
        auto const bytes = std::filesystem::file_size(path, ignored);
        return read_untrusted(path, options, ReadingLimits::of(ignored ? 0 : bytes));
    }
    std::string const format = options.format == "auto" ? detect_acquisition_format(path, options) : options.format;
    Acquisition a;
    if (format == "bart") a = read_bart(path, options);
    else if (format == "mri_raw") a = read_mri_raw(hdf5::File(path, options.other_files()), options);
    else if (format == "ismrmrd") a = read_ismrmrd(hdf5::File(path, options.other_files()), options);
    else if (format == "tessera" || format == "hdf5") a = read_plain_hdf5(hdf5::File(path, options.other_files()), options);
    else fail("format: '{}' is not one of auto, {}", format, fmt::join(acquisition_formats(), ", "));
    if (options.matrix != Matrix{0, 0, 0}) a.matrix = options.matrix;
    bool const unknown = a.matrix == Matrix{0, 0, 0};
    if (!unknown || options.geometry.voxel_mm) apply_geometry(a, options.geometry, unknown ? smallest_matrix(a.trajectory) : a.matrix);
    else apply_geometry(a, options.geometry, a.matrix);
    validate(a);
    bool const stated = (format == "tessera" || format == "hdf5") && hdf5::File(path, options.other_files()).text("/", "trajectory_units");
    check_coverage(a, stated || options.trajectory_units != TrajectoryUnits::automatic);
    if (unknown) {
        Matrix const m = smallest_matrix(a.trajectory);
        a.notes.push_back(fmt::format("the file states no matrix; the trajectory fills {} x {} x {} (z, y, x)", m[0], m[1], m[2]));
    }
    return a;
}

} // namespace tessera
