// DICOM files, read back with the library that wrote them; geometry against NIfTI's.
#include "recon/formats/dicom/dicom.h"
#include "recon/formats/ismrmrd/ismrmrd_header.h"
#include "recon/formats/nifti/nifti.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <set>

using namespace tessera;
using namespace tessera::test;

#if TESSERA_HAS_DICOM
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace {

Tensor<real> volume_of(Shape const& shape) {
    auto values = random_real(static_cast<std::size_t>(shape.size()), 4, 0, 3);
    return Tensor<real>::from(Context(), shape, values);
}

struct Slice {
    explicit Slice(std::filesystem::path const& path) { REQUIRE(file.loadFile(path.c_str()).good()); }
    std::string text(DcmTagKey const& key) {
        OFString value;
        file.getDataset()->findAndGetOFStringArray(key, value);
        return value.c_str();
    }
    double number(DcmTagKey const& key, unsigned long i = 0) {
        Float64 value = 0;
        REQUIRE(file.getDataset()->findAndGetFloat64(key, value, i).good());
        return value;
    }
    double stored(std::size_t i) {
        Uint16 const* pixels = nullptr;
        REQUIRE(file.getDataset()->findAndGetUint16Array(DCM_PixelData, pixels).good());
        return pixels[i];
    }
    DcmFileFormat file;
};

} // namespace

TEST_CASE("DICOM slices lie where NIfTI's affine puts them, oblique and mirrored ones too, and have the image's values", "[dicom]") {
    TemporaryFolder const folder;
    double const c = std::cos(0.3), s = std::sin(0.3), mirror = GENERATE(1, -1);
    Geometry const g{{20, 7.5, 6}, {10, -20, 30}, {c, s, 0}, {-s * 0.6, c * 0.6, 0.8}, {mirror * s * 0.8, -mirror * c * 0.8, mirror * 0.6}};
    auto const volume = volume_of({4, 5, 3});
    DicomStudy(StudyTags{{"PatientName", "Doe^Jane"}}, {}).write(folder / "series", volume, g, {"Tessera tv", "", 3});
    Affine const affine = nifti_affine(g, {4, 5, 3}); // RAS, DICOM is LPS
    std::set<std::string> images, series;
    for (index_t z = 0; z < 4; ++z) {
        Slice slice(folder / "series" / fmt::format("{:04}.dcm", z + 1));
        double const rows = slice.number(DCM_PixelSpacing, 0), columns = slice.number(DCM_PixelSpacing, 1);
        for (auto const& [x, y] : {std::pair{0, 0}, {2, 0}, {0, 4}, {2, 4}})
            for (unsigned long i = 0; i < 3; ++i) {
                double const at = slice.number(DCM_ImagePositionPatient, i) + x * columns * slice.number(DCM_ImageOrientationPatient, i) +
                    y * rows * slice.number(DCM_ImageOrientationPatient, 3 + i);
                double const expected = affine[i][0] * x + affine[i][1] * y + affine[i][2] * static_cast<double>(z) + affine[i][3];
                CHECK(at == Approx(i < 2 ? -expected : expected).margin(1e-6));
            }
        double const slope = slice.number(DCM_RescaleSlope) / 1000; // the largest value is below 3
        CHECK(slice.text(DCM_ImageComments) == "Intensities times 1000.");
        double worst = 0;
        for (index_t i = 0; i < 15; ++i)
            worst = std::max(worst, std::abs(slope * slice.stored(static_cast<std::size_t>(i)) - volume.data()[z * 15 + i]));
        CHECK(worst <= 0.51 * slope);
        CHECK(slice.number(DCM_SliceThickness) == Approx(5));
        CHECK(slice.text(DCM_InstanceNumber) == std::to_string(z + 1));
        CHECK(slice.text(DCM_SeriesDescription) == "Tessera tv, research reconstruction");
        CHECK(slice.text(DCM_SeriesNumber) == "3");
        CHECK(slice.text(DCM_PatientName) == "Doe^Jane");
        CHECK(slice.text(DCM_SOPClassUID) == UID_MRImageStorage);
        images.insert(slice.text(DCM_SOPInstanceUID));
        series.insert(slice.text(DCM_SeriesInstanceUID) + slice.text(DCM_StudyInstanceUID) + slice.text(DCM_FrameOfReferenceUID));
    }
    CHECK(images.size() == 4);
    CHECK(series.size() == 1);
    CHECK(std::distance(std::filesystem::directory_iterator(folder / "series"), {}) == 4);
}

TEST_CASE("patient and study come from a reference, series are new, states are told apart", "[dicom]") {
    TemporaryFolder const folder;
    StudyTags const tags{{"PatientName", "Doe^John"}, {"PatientID", "7"}, {"StudyDate", "20240506"}, {"StudyInstanceUID", "1.2.3.4"},
        {"FrameOfReferenceUID", "1.2.3.5"}, {"SpecificCharacterSet", "ISO_IR 100"}};
    auto const volume = volume_of({2, 3, 4});
    DicomStudy(tags, {}).write(folder / "first", volume, {}, {"a", "", 1});
    DicomStudy const again({{"PatientName", "somebody else"}}, folder / "first/0001.dcm");
    again.write(folder / "second", volume_of({3, 2, 3, 4}), {}, {"b", "WARNING: unlike", 2});
    Slice first(folder / "first/0001.dcm"), last(folder / "second/0006.dcm");
    for (auto const& key :
        {DCM_PatientName, DCM_PatientID, DCM_StudyDate, DCM_StudyInstanceUID, DCM_FrameOfReferenceUID, DCM_SpecificCharacterSet}) {
        CHECK(last.text(key) == first.text(key));
        CHECK_FALSE(last.text(key).empty());
    }
    CHECK(last.text(DCM_SeriesInstanceUID) != first.text(DCM_SeriesInstanceUID));
    CHECK(last.text(DCM_ImageComments) == "Intensities times 1000. WARNING: unlike");
    CHECK(last.text(DCM_TemporalPositionIdentifier) == "3");
    CHECK(last.text(DCM_NumberOfTemporalPositions) == "3");
    CHECK(last.number(DCM_PixelSpacing) == 1); // unknown
    CHECK(last.number(DCM_ImagePositionPatient, 2) == Slice(folder / "second/0002.dcm").number(DCM_ImagePositionPatient, 2));
    std::ofstream(folder / "text") << "not one of those";
    CHECK_THAT(message_of([&] { DicomStudy({}, folder / "text"); }), Catch::Contains("not a DICOM file"));
    CHECK_THAT(message_of([&] { DicomStudy({}, folder / "none"); }), Catch::Contains("not a DICOM file"));
}

TEST_CASE("an image of zeros is one, too", "[dicom]") {
    TemporaryFolder const folder;
    DicomStudy({}, {}).write(folder / "a", Tensor<real>::zeros(Context(), {1, 2, 2}), {}, {"a", "", 1});
    CHECK(Slice(folder / "a/0001.dcm").stored(3) == 0);
}
#else
TEST_CASE("a build without DCMTK says so", "[dicom]") {
    CHECK_THAT(message_of([] { DicomStudy({}, {}); }), Catch::Contains("this build is without DCMTK"));
}
#endif

TEST_CASE("an ISMRMRD header tells patient and study in DICOM's words", "[dicom]") {
    auto const study = ismrmrd_study("<ismrmrdHeader><subjectInformation><patientName>Doe^Jane</patientName><patientBirthdate>1970-02-03"
                                     "</patientBirthdate></subjectInformation><studyInformation><studyTime>11:12:13</studyTime>"
                                     "</studyInformation><measurementInformation><patientPosition>HFS</patientPosition>"
                                     "</measurementInformation></ismrmrdHeader>");
    CHECK(study ==
        StudyTags{{"PatientName", "Doe^Jane"}, {"PatientBirthDate", "19700203"}, {"StudyTime", "111213"}, {"PatientPosition", "HFS"}});
    CHECK(ismrmrd_study("no header").empty());
}
