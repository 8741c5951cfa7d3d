// One scan as read from a file: host arrays in the conventions of the project, and where it lies in the scanner.
#pragma once

#include "recon/acquisition/geometry.h"
#include "recon/acquisition/study.h"

#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// A straight piece of a vessel: its ends in millimetres along x, y, z of the volume from the volume's centre (voxel N/2, integer
/// division), and the radii there. A list of such pieces is the known vessel tree of a simulation.
struct VesselSegment {
    Vector3 from{}, to{};
    double radius_from = 0, radius_to = 0; ///< in mm
};

/// Everything a reconstruction needs of one scan, in host memory (cpu context).
struct Acquisition {
    Tensor<complex> kspace;                   ///< [coil, readout, sample]
    Tensor<real> trajectory;                  ///< [readout, sample, 3]: (kx, ky, kz) in cycles per field of view
    std::optional<Tensor<real>> weights;      ///< [readout, sample] density compensation, if the file has it
    std::optional<Tensor<complex>> noise;     ///< [coil, n] noise-only samples, if the file has them
    std::optional<Tensor<complex>> maps;      ///< [coil, z, y, x] sensitivity maps, if the file has them
    std::optional<Tensor<complex>> reference; ///< [z, y, x] ground truth, if the file has it (simulations)
    std::vector<VesselSegment> vessels;       ///< the vessel tree, if the file knows it (simulations); else empty
    std::vector<double> times;                ///< [readout] in seconds, if the file knows when readouts were acquired; else empty
    std::vector<double> respiration;          ///< [readout] in any unit, larger where more is inspired, if the file has it; else empty
    Matrix matrix{0, 0, 0};                   ///< as the file states it; 0: unknown
    Geometry geometry;
    StudyTags study;                   ///< of patient and study, if the file says it
    std::string source;                ///< file name, for messages
    std::string format;                ///< which reader read it
    std::vector<std::string> notes;    ///< decisions of the reader that a user should see, one sentence each
    std::vector<std::string> warnings; ///< what is unusual and may be a mistake, one sentence each

    index_t coils() const { return kspace.shape()[0]; }
    index_t readouts() const { return kspace.shape()[1]; }
    index_t samples() const { return kspace.shape()[2]; }
};

} // namespace tessera
