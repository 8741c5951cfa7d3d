#include "recon/formats/read.h"

#include "core/files/hdf5.h"
#include "recon/formats/cfl.h"
#include "recon/formats/coverage.h"
#include "recon/formats/format_table.h"
#include "recon/formats/untrusted.h"
#include "recon/formats/validate.h"

namespace tessera {

std::vector<std::string> acquisition_formats() {
    std::vector<std::string> names;
    for (Format const& format : formats()) names.emplace_back(format.name);
    return names;
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
    require(is_cfl(path) || std::filesystem::exists(path, ignored), "{}: no such file", path.string());
    if (!options.datasets.empty() && hdf5::is_hdf5(path)) return "hdf5";
    for (Format const& format : formats())
        if (format.recognises && format.recognises(path, options)) return format.name;
    require(hdf5::is_hdf5(path),
        "{}: not a scan in a known format: neither HDF5 nor a pair of .cfl and .hdr nor a folder with ksp.npy and coord.npy",
        path.string());
    hdf5::File const file(path, options.other_files());
    std::string names;
    for (std::string const& name : file.groups()) names += " " + name + "/";
    for (std::string const& name : file.datasets()) names += " " + name;
    fail("{}: an HDF5 file of no known layout, with{}: name its datasets for kspace and trajectory", path.string(),
        names.empty() ? " nothing in it" : names);
}

namespace {

/// The scan with everything in host memory of `host`.
Acquisition in_context(Context const& host, Acquisition a) {
    a.kspace = a.kspace.to(host);
    a.trajectory = a.trajectory.to(host);
    if (a.weights) a.weights = a.weights->to(host);
    for (auto* const t : {&a.noise, &a.maps, &a.reference})
        if (*t) *t = (*t)->to(host);
    return a;
}

} // namespace

Acquisition read_acquisition(std::filesystem::path const& path, ReadOptions const& options, Context const& host) {
    if (options.untrusted) {
        std::error_code ignored;
        auto const bytes = std::filesystem::file_size(path, ignored);
        return in_context(host, read_untrusted(path, options, ReadingLimits::of(ignored ? 0 : bytes)));
    }
    auto a = format_named(options.format == "auto" ? detect_acquisition_format(path, options) : options.format).read(path, options, host);
    if (options.matrix != Matrix{0, 0, 0}) a.matrix = options.matrix;
    bool const unknown = a.matrix == Matrix{0, 0, 0};
    if (!unknown || options.geometry.voxel_mm)
        apply_geometry(a, options.geometry, unknown ? smallest_matrix(a.trajectory) : a.matrix);
    else
        apply_geometry(a, options.geometry, a.matrix);
    if (host.rehearses()) { // which read a trajectory for the matrix only
        if (unknown) a.matrix = smallest_matrix(a.trajectory);
        return in_context(host, std::move(a));
    }
    validate(a);
    bool const stated =
        (a.format == "tessera" || a.format == "hdf5") && hdf5::File(path, options.other_files()).text("/", "trajectory_units");
    check_coverage(a, stated || options.trajectory_units != TrajectoryUnits::automatic);
    if (unknown) {
        Matrix const m = smallest_matrix(a.trajectory);
        a.notes.push_back(fmt::format("the file states no matrix; the trajectory fills {} x {} x {} (z, y, x)", m[0], m[1], m[2]));
    }
    return a;
}

} // namespace tessera
