// Reads a scan from any supported file.
#pragma once

#include "core/files/hdf5.h"
#include "recon/acquisition/acquisition.h"
#include "recon/formats/geometry_config.h"
#include "recon/formats/units.h"

#include <filesystem>
#include <map>
#include <string>

namespace tessera {

/// What a user may say about a file where it does not say it itself.
struct ReadOptions {
    std::string format = "auto"; ///< "auto" (by content) or one of acquisition_formats()
    TrajectoryUnits trajectory_units = TrajectoryUnits::automatic;
    Matrix matrix{0, 0, 0}; ///< z, y, x; overrides the file's; 0: as the file says
    index_t encoding = 0;   ///< MRI_Raw.h5 and ISMRMRD: which of several encodings (echoes)
    index_t slice = 0;      ///< 2D multi-slice data: which slice
    index_t contrast = 0;   ///< ISMRMRD, BART (dimension 5): which contrast (echo)
    index_t frame = 0;      ///< BART (dimension 10): which frame of time or state of breathing
    /// Plain HDF5 of no known layout: the datasets that hold kspace, trajectory and, optionally, weights, maps, noise, reference.
    std::map<std::string, std::string> datasets;
    std::filesystem::path trajectory; ///< BART, NumPy: the trajectory; empty: the file beside it (gas_ksp -> gas_traj; coord.npy)
    std::filesystem::path weights;    ///< BART, NumPy: density compensation; empty: the file beside it, if there is one (gas_dcf; dcf.npy)
    GeometryConfig geometry{};        ///< overrides the file's
    bool untrusted = false;           ///< read in a child process, see untrusted.h
    bool external_files = false;      ///< HDF5: whether values are read that lie in other files

    hdf5::OtherFiles other_files() const { return external_files ? hdf5::OtherFiles::read : hdf5::OtherFiles::refuse; }
};

/// The space of a scan's trajectory: what the options say, else what the file said.
EncodedSpace encoded_space(Acquisition const& scan, ReadOptions const& options);

/// Names of the formats, in the order of their table (format_table.cpp); "hdf5" needs a names map.
std::vector<std::string> acquisition_formats();

/// Recognises the format by content: a .cfl/.hdr pair, NumPy arrays, else HDF5 and its layout. Throws Error with what was found.
std::string detect_acquisition_format(std::filesystem::path const& path, ReadOptions const& options = {});

/// Reads and validates (see validate.h) one scan into host memory of `host`.
///
/// Where `host` rehearses, the file's headers are read only, and the trajectory of a file that states no matrix.
/// Throws Error in one sentence that names the file and the field.
Acquisition read_acquisition(std::filesystem::path const& path, ReadOptions const& options = {}, Context const& host = Context());

} // namespace tessera
