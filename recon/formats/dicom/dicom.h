// DICOM: MR Image Storage, a file a slice, by the DCMTK library. Builds without it say so where they are asked for it.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/acquisition/study.h"

#include <filesystem>
#include <memory>

namespace tessera {

/// What one series shows.
struct DicomSeries {
    std::string description; ///< "cg-sense"; "research reconstruction" is put behind it
    std::string comment;     ///< what a reader should know, or empty
    int number = 1;
};

/// Images of one patient and one study, in one frame of reference.
class DicomStudy {
public:
    /// Patient and study are those of `reference`, a DICOM file, where one is given; else those of `tags`; a study without an identifier gets
    /// a new one. Throws Error for a file that is not DICOM, and in builds without DCMTK.
    DicomStudy(StudyTags const& tags, std::filesystem::path const& reference);
    ~DicomStudy();
    DicomStudy(DicomStudy&&) noexcept;
    DicomStudy& operator=(DicomStudy&&) noexcept;

    /// Writes a new series into `folder`, which is made: 0001.dcm and so on, z slowest but for states.
    ///
    /// volumes: [z, y, x] or [state, z, y, x], not negative, in host memory; 16 bits with one slope for all, and intensities
    /// times a power of ten, said in the comment, where the largest is below 1000. Slices lie where the geometry puts them; an unknown field of
    /// view gives voxels of 1 mm. Throws Error.
    void write(std::filesystem::path const& folder, Tensor<real> const& volumes, Geometry const& geometry, DicomSeries const& series) const;

private:
    struct Tags;
    std::unique_ptr<Tags> tags_;
};

} // namespace tessera
