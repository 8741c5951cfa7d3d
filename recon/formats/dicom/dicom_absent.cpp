// DICOM in builds without DCMTK.
#include "recon/formats/dicom/dicom.h"

namespace tessera {

struct DicomStudy::Tags {};

DicomStudy::DicomStudy(StudyTags const&, std::filesystem::path const&) {
    fail("DICOM is not available: this build is without DCMTK (Debian: libdcmtk-dev)");
}
DicomStudy::~DicomStudy() = default;
DicomStudy::DicomStudy(DicomStudy&&) noexcept = default;
DicomStudy& DicomStudy::operator=(DicomStudy&&) noexcept = default;
void DicomStudy::write(std::filesystem::path const&, Tensor<real> const&, Geometry const&, DicomSeries const&) const {}

} // namespace tessera
