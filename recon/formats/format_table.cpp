#include "recon/formats/format_table.h"

#include "recon/formats/cfl.h"
#include "recon/formats/ismrmrd/ismrmrd.h"
#include "recon/formats/mri_raw.h"
#include "recon/formats/numpy/numpy.h"
#include "recon/formats/plain_hdf5.h"

#include <algorithm>

namespace tessera {
namespace {

template <bool (*is)(hdf5::File const&)> bool recognises(std::filesystem::path const& path, ReadOptions const& options) {
    return hdf5::is_hdf5(path) && is(hdf5::File(path, options.other_files()));
}
bool recognises_cfl(std::filesystem::path const& path, ReadOptions const&) { return is_cfl(path); }
bool recognises_numpy(std::filesystem::path const& path, ReadOptions const&) { return is_numpy(path); }

template <Acquisition (*reader)(hdf5::File const&, ReadOptions const&, Context const&)>
Acquisition read(std::filesystem::path const& path, ReadOptions const& options, Context const& host) {
    return reader(hdf5::File(path, options.other_files()), options, host);
}

constexpr Format kFormats[] = {
    {"bart", recognises_cfl, read_bart, write_bart},
    {"numpy", recognises_numpy, read_numpy, nullptr},
    {"mri_raw", recognises<is_mri_raw>, read<read_mri_raw>, write_mri_raw},
    {"ismrmrd", recognises<is_ismrmrd>, read<read_ismrmrd>, write_ismrmrd},
    {"tessera", recognises<is_tessera_file>, read<read_plain_hdf5>, write_tessera},
    {"hdf5", nullptr, read<read_plain_hdf5>, nullptr},
};

} // namespace

std::span<Format const> formats() { return kFormats; }

Format const& format_named(std::string const& name) {
    auto const found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](Format const& f) { return f.name == name; });
    require(found != std::end(kFormats), "format: '{}' is not one of auto, {}", name, fmt::join(acquisition_formats(), ", "));
    return *found;
}

} // namespace tessera
