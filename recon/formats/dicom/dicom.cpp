#include "recon/formats/dicom/dicom.h"

#include <algorithm>
#include <cmath>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace tessera {
namespace {

constexpr double kWhite = 65535;
constexpr index_t kMostPixels = 65535; // along either side of a slice

struct StudyTag {
    char const* keyword;
    DcmTagKey key;
};

/// What is taken of a reference, and of what the input says.
std::array<StudyTag, 22> const kStudyTags{{{"SpecificCharacterSet", DCM_SpecificCharacterSet}, {"PatientName", DCM_PatientName},
    {"PatientID", DCM_PatientID}, {"IssuerOfPatientID", DCM_IssuerOfPatientID}, {"PatientBirthDate", DCM_PatientBirthDate},
    {"PatientSex", DCM_PatientSex}, {"PatientAge", DCM_PatientAge}, {"PatientSize", DCM_PatientSize}, {"PatientWeight", DCM_PatientWeight},
    {"PatientPosition", DCM_PatientPosition}, {"BodyPartExamined", DCM_BodyPartExamined}, {"StudyInstanceUID", DCM_StudyInstanceUID},
    {"StudyDate", DCM_StudyDate}, {"StudyTime", DCM_StudyTime}, {"StudyID", DCM_StudyID}, {"StudyDescription", DCM_StudyDescription},
    {"AccessionNumber", DCM_AccessionNumber}, {"ReferringPhysicianName", DCM_ReferringPhysicianName},
    {"InstitutionName", DCM_InstitutionName}, {"MagneticFieldStrength", DCM_MagneticFieldStrength},
    {"FrameOfReferenceUID", DCM_FrameOfReferenceUID}, {"PositionReferenceIndicator", DCM_PositionReferenceIndicator}}};

void put(DcmItem& to, DcmTagKey const& key, std::string const& value) {
    auto const status = to.putAndInsertString(key, value.c_str());
    require(status.good(), "DICOM: {} cannot be \"{}\": {}", DcmTag(key).getTagName(), value, status.text());
}

std::string new_identifier(char const* root) {
    char text[65];
    return dcmGenerateUniqueIdentifier(text, root);
}

/// Numbers of at most 16 characters, as the standard wants them, with backslashes in between.
template <class... T> std::string numbers(T... values) {
    std::vector<std::string> texts;
    for (double const v : {static_cast<double>(values)...}) texts.push_back(fmt::format("{:.9g}", v == 0 ? 0.0 : v)); // no -0
    return fmt::format("{}", fmt::join(texts, "\\"));
}

/// Attributes that the standard wants, be they empty.
void put_empty(DcmItem& to, std::initializer_list<DcmTagKey> keys) {
    for (auto const& key : keys)
        if (!to.tagExists(key)) to.insertEmptyElement(key);
}

PerAxis voxel_of(Geometry const& g, Shape const& volume) {
    PerAxis voxel{};
    for (std::size_t d = 0; d < 3; ++d) voxel[d] = g.fov_mm[d] > 0 ? g.fov_mm[d] / static_cast<double>(volume[static_cast<int>(d)]) : 1;
    return voxel;
}

/// Where the first voxel of slice z lies, in mm of the patient (LPS, as the geometry).
Vector3 corner(Geometry const& g, Shape const& volume, PerAxis const& voxel, index_t z) {
    index_t const nx = volume[2] / 2, ny = volume[1] / 2, nz = z - volume[0] / 2; // from the centre voxel
    double const steps[] = {-voxel[2] * static_cast<double>(nx), -voxel[1] * static_cast<double>(ny), voxel[0] * static_cast<double>(nz)};
    Vector3 at = g.centre_mm;
    for (std::size_t i = 0; i < 3; ++i) at[i] += steps[0] * g.x_direction[i] + steps[1] * g.y_direction[i] + steps[2] * g.z_direction[i];
    return at;
}

/// 1 where the largest value is at least 1000, else the power of ten that makes it so: windows of viewers are at least one wide.
double enlargement(double largest) { return largest > 0 && largest < 1000 ? std::pow(10.0, std::ceil(3 - std::log10(largest))) : 1; }

void put_series(DcmItem& to, DicomSeries const& series, double times) {
    put(to, DCM_SOPClassUID, UID_MRImageStorage);
    put(to, DCM_Modality, "MR");
    put(to, DCM_SeriesInstanceUID, new_identifier(SITE_SERIES_UID_ROOT));
    put(to, DCM_SeriesNumber, std::to_string(series.number));
    put(to, DCM_SeriesDescription, (series.description + ", research reconstruction").substr(0, 64));
    std::string const unit = times == 1 ? "" : fmt::format("Intensities times {:g}. ", times);
    if (auto const comment = unit + series.comment; !comment.empty()) put(to, DCM_ImageComments, comment.substr(0, 10240));
    put(to, DCM_ImageType, "DERIVED\\SECONDARY\\OTHER");
    put(to, DCM_Manufacturer, "Tessera");
    put(to, DCM_ScanningSequence, "RM"); // research mode
    put(to, DCM_SequenceVariant, "NONE");
    put(to, DCM_MRAcquisitionType, "3D");
    put_empty(to, {DCM_PatientPosition, DCM_Laterality, DCM_ScanOptions, DCM_EchoTime, DCM_EchoTrainLength, DCM_RepetitionTime});
}

void put_pixel_format(DcmItem& to, Shape const& volume, double slope) {
    auto const number = [&](DcmTagKey const& key, index_t value) {
        auto const status = to.putAndInsertUint16(key, static_cast<Uint16>(value));
        require(status.good(), "DICOM: {} cannot be {}: {}", DcmTag(key).getTagName(), value, status.text());
    };
    number(DCM_SamplesPerPixel, 1);
    put(to, DCM_PhotometricInterpretation, "MONOCHROME2");
    number(DCM_Rows, volume[1]);
    number(DCM_Columns, volume[2]);
    number(DCM_BitsAllocated, 16);
    number(DCM_BitsStored, 16);
    number(DCM_HighBit, 15);
    number(DCM_PixelRepresentation, 0);
    put(to, DCM_RescaleSlope, numbers(slope));
    put(to, DCM_RescaleIntercept, "0");
    put(to, DCM_RescaleType, "US");
    put(to, DCM_WindowCenter, numbers(0.5 * kWhite * slope));
    put(to, DCM_WindowWidth, numbers(kWhite * slope));
}

void put_place(DcmItem& to, Geometry const& g, Shape const& volume, index_t z) {
    auto const voxel = voxel_of(g, volume);
    auto const at = corner(g, volume, voxel, z);
    auto const &x = g.x_direction, &y = g.y_direction;
    put(to, DCM_ImagePositionPatient, numbers(at[0], at[1], at[2]));
    put(to, DCM_ImageOrientationPatient, numbers(x[0], x[1], x[2], y[0], y[1], y[2]));
    put(to, DCM_PixelSpacing, numbers(voxel[1], voxel[2])); // between rows, between columns
    put(to, DCM_SliceThickness, numbers(voxel[0]));
    put(to, DCM_SpacingBetweenSlices, numbers(voxel[0]));
}

} // namespace

struct DicomStudy::Tags {
    DcmDataset dataset;
};

DicomStudy::DicomStudy(StudyTags const& tags, std::filesystem::path const& reference) : tags_(std::make_unique<Tags>()) {
    require(dcmDataDict.isDictionaryLoaded(), "DICOM: the data dictionary of DCMTK is not there (DCMDICTPATH names it)");
    auto& to = tags_->dataset;
    if (reference.empty()) {
        if (!tags.contains("SpecificCharacterSet")) put(to, DCM_SpecificCharacterSet, "ISO_IR 192"); // UTF-8
        for (auto const& [keyword, key] : kStudyTags)
            if (auto const tag = tags.find(keyword); tag != tags.end()) put(to, key, tag->second);
    } else {
        DcmFileFormat file;
        auto const status = file.loadFile(reference.c_str(), EXS_Unknown, EGL_noChange, 4096); // pixels stay in the file
        require(status.good(), "{}: not a DICOM file: {}", reference.string(), status.text());
        for (auto const& [keyword, key] : kStudyTags) {
            OFString value;
            if (file.getDataset()->findAndGetOFStringArray(key, value).good()) put(to, key, value.c_str());
        }
    }
    for (auto const& [key, root] :
        {std::pair{DCM_StudyInstanceUID, SITE_STUDY_UID_ROOT}, {DCM_FrameOfReferenceUID, SITE_INSTANCE_UID_ROOT}})
        if (!to.tagExistsWithValue(key)) put(to, key, new_identifier(root));
    put_empty(to,
        {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate, DCM_StudyTime, DCM_StudyID,
            DCM_AccessionNumber, DCM_ReferringPhysicianName, DCM_PositionReferenceIndicator});
}

DicomStudy::~DicomStudy() = default;
DicomStudy::DicomStudy(DicomStudy&&) noexcept = default;
DicomStudy& DicomStudy::operator=(DicomStudy&&) noexcept = default;

void DicomStudy::write(std::filesystem::path const& folder, Tensor<real> const& volumes, Geometry const& geometry,
    DicomSeries const& series) const {
    Shape const& all = volumes.shape();
    require((all.rank() == 3 || all.rank() == 4) && all.size() > 0,
        "{}: cannot write: expected a volume [z, y, x] or several, found shape {}", folder.string(), all.str());
    bool const states = all.rank() == 4;
    Shape const volume = states ? all.tail() : all;
    require(volume[1] <= kMostPixels && volume[2] <= kMostPixels, "{}: cannot write: slices of {} x {} voxels, DICOM has at most 65535",
        folder.string(), volume[1], volume[2]);
    real const largest = *std::max_element(volumes.data(), volumes.data() + volumes.size());
    double const slope = largest > 0 ? static_cast<double>(largest) / kWhite : 1, times = enlargement(static_cast<double>(largest));

    std::error_code error;
    std::filesystem::create_directories(folder, error);
    require(!error, "{}: cannot write: {}", folder.string(), error.message());
    DcmFileFormat file;
    DcmDataset& to = *file.getDataset();
    to = tags_->dataset;
    put_series(to, series, times);
    put_pixel_format(to, volume, times * slope);
    index_t const slices = all.size() / (volume[1] * volume[2]);
    std::vector<Uint16> pixels(static_cast<std::size_t>(volume[1] * volume[2]));
    for (index_t i = 0; i < slices; ++i) {
        real const* const from = volumes.data() + i * std::ssize(pixels);
        std::transform(from, from + pixels.size(), pixels.begin(),
            [&](real v) { return static_cast<Uint16>(std::lround(std::clamp(static_cast<double>(v) / slope, 0.0, kWhite))); });
        put(to, DCM_SOPInstanceUID, new_identifier(SITE_INSTANCE_UID_ROOT));
        put(to, DCM_InstanceNumber, std::to_string(i + 1));
        put_place(to, geometry, volume, i % volume[0]);
        if (states) {
            put(to, DCM_TemporalPositionIdentifier, std::to_string(i / volume[0] + 1));
            put(to, DCM_NumberOfTemporalPositions, std::to_string(all[0]));
        }
        auto const path = folder / fmt::format("{:04}.dcm", i + 1);
        auto status = to.putAndInsertUint16Array(DCM_PixelData, pixels.data(), pixels.size());
        if (status.good()) status = file.saveFile(path.c_str(), EXS_LittleEndianExplicit);
        require(status.good(), "{}: cannot write: {}", path.string(), status.text());
    }
}

} // namespace tessera
