#include "recon/formats/read.h"

#include "recon/formats/cfl.h"
#include "recon/formats/ismrmrd.h"
#include "recon/formats/mri_raw.h"
#include "recon/formats/plain_hdf5.h"
#include "recon/formats/validate.h"

#include <algorithm>

namespace tessera {

std::vector<std::string> const& acquisition_formats() {
    static std::vector<std::string> const formats{"tessera", "mri_raw", "ismrmrd", "bart", "hdf5"};
    return formats;
}

std::string detect_acquisition_format(std::filesystem::path const& path, ReadOptions const& options) {
    std::error_code ignored;
    if (is_cfl(path)) return "bart";
    require(std::filesystem::exists(path, ignored), "{}: no such file", path.string());
    require(hdf5::is_hdf5(path), "{}: not a scan in a known format: neither HDF5 nor a pair of .cfl and .hdr", path.string());
    hdf5::File const file(path);
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

Acquisition read_acquisition(std::filesystem::path const& path, ReadOptions const& options, Context const& host) {
    std::string const format = options.format == "auto" ? detect_acquisition_format(path, options) : options.format;
    Acquisition a;
    if (format == "bart") a = read_bart(path, options, host);
    else if (format == "mri_raw") a = read_mri_raw(hdf5::File(path), options, host);
    else if (format == "ismrmrd") a = read_ismrmrd(hdf5::File(path), options, host);
    else if (format == "tessera" || format == "hdf5") a = read_plain_hdf5(hdf5::File(path), options, host);
    else fail("format: '{}' is not one of auto, {}", format, fmt::join(acquisition_formats(), ", "));
    if (options.matrix != Matrix{0, 0, 0}) a.matrix = options.matrix;
    if (a.matrix == Matrix{0, 0, 0}) {
        Matrix const m = smallest_matrix(a.trajectory);
        if (host.rehearses()) a.matrix = m;
        a.notes.push_back(fmt::format("the file states no matrix; the trajectory fills {} x {} x {} (x, y, z)", m[2], m[1], m[0]));
    }
    a.trajectory = a.trajectory.to(host); // a rehearsal read it for the matrix
    validate(a);
    return a;
}

} // namespace tessera
