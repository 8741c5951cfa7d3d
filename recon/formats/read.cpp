#include "recon/formats/read.h"

#include "core/files/hdf5.h"
#include "recon/formats/cfl.h"
#include "recon/formats/format_table.h"
#include "recon/formats/validate.h"

namespace tessera {

std::vector<std::string> acquisition_formats() {
    std::vector<std::string> names;
    for (Format const& format : formats()) names.emplace_back(format.name);
    return names;
}

std::string detect_acquisition_format(std::filesystem::path const& path, ReadOptions const& options) {
    std::error_code ignored;
    bool const hdf5 = !is_cfl(path);
    require(!hdf5 || std::filesystem::exists(path, ignored), "{}: no such file", path.string());
    require(!hdf5 || hdf5::is_hdf5(path), "{}: not a scan in a known format: neither HDF5 nor a pair of .cfl and .hdr", path.string());
    if (hdf5 && !options.datasets.empty()) return "hdf5";
    for (Format const& format : formats())
        if (format.recognises && format.recognises(path)) return format.name;
    hdf5::File const file(path);
    std::string names;
    for (std::string const& name : file.groups()) names += " " + name + "/";
    for (std::string const& name : file.datasets()) names += " " + name;
    fail("{}: an HDF5 file of no known layout, with{}: name its datasets for kspace and trajectory", path.string(),
        names.empty() ? " nothing in it" : names);
}

Acquisition read_acquisition(std::filesystem::path const& path, ReadOptions const& options, Context const& host) {
    auto a = format_named(options.format == "auto" ? detect_acquisition_format(path, options) : options.format).read(path, options, host);
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
