#include "recon/formats/ismrmrd/ismrmrd_header.h"

#include <cmath>
#include <pugixml.hpp>
#include <string_view>

namespace tessera {

namespace {

EncodedSpace read_space(pugi::xml_node node, std::string const& source) {
    EncodedSpace space;
    char const* const axes[] = {"z", "y", "x"};
    for (std::size_t d = 0; d < 3; ++d) {
        space.matrix[d] = node.child("matrixSize").child(axes[d]).text().as_llong(0);
        space.fov_mm[d] = node.child("fieldOfView_mm").child(axes[d]).text().as_double(0);
        require(space.matrix[d] >= 0 && space.matrix[d] <= 65535, "{}: xml: matrixSize/{} is {}, expected 1 ... 65535", source, axes[d],
            space.matrix[d]);
        require(std::isfinite(space.fov_mm[d]) && space.fov_mm[d] >= 0, "{}: xml: fieldOfView_mm/{} is {}, expected millimetres", source,
            axes[d], space.fov_mm[d]);
    }
    return space;
}

} // namespace

std::vector<IsmrmrdEncoding> parse_ismrmrd_header(std::string const& xml, std::string const& source) {
    pugi::xml_document document;
    auto const result = document.load_buffer(xml.data(), xml.size());
    require(static_cast<bool>(result), "{}: the XML header cannot be parsed at byte {}: {}", source, result.offset, result.description());
    pugi::xml_node const root = document.child("ismrmrdHeader");
    require(!root.empty(), "{}: the XML header has no ismrmrdHeader but '{}'", source, document.document_element().name());
    std::vector<IsmrmrdEncoding> encodings;
    for (pugi::xml_node const e : root.children("encoding"))
        encodings.push_back({read_space(e.child("encodedSpace"), source), read_space(e.child("reconSpace"), source),
            e.child("trajectory").text().as_string()});
    require(!encodings.empty(), "{}: the XML header has no encoding", source);
    return encodings;
}

StudyTags ismrmrd_study(std::string const& xml) {
    struct Element {
        char const *group, *name, *keyword;
    };
    static constexpr Element kElements[] = {{"subjectInformation", "patientName", "PatientName"},
        {"subjectInformation", "patientID", "PatientID"}, {"subjectInformation", "patientBirthdate", "PatientBirthDate"},
        {"subjectInformation", "patientGender", "PatientSex"}, {"subjectInformation", "patientWeight_kg", "PatientWeight"},
        {"studyInformation", "studyDate", "StudyDate"}, {"studyInformation", "studyTime", "StudyTime"},
        {"studyInformation", "studyID", "StudyID"}, {"studyInformation", "accessionNumber", "AccessionNumber"},
        {"studyInformation", "referringPhysicianName", "ReferringPhysicianName"},
        {"studyInformation", "studyDescription", "StudyDescription"}, {"studyInformation", "studyInstanceUID", "StudyInstanceUID"},
        {"studyInformation", "bodyPartExamined", "BodyPartExamined"}, {"measurementInformation", "patientPosition", "PatientPosition"},
        {"measurementInformation", "frameOfReferenceUID", "FrameOfReferenceUID"},
        {"acquisitionSystemInformation", "institutionName", "InstitutionName"},
        {"acquisitionSystemInformation", "systemFieldStrength_T", "MagneticFieldStrength"}};
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size())) return {};
    StudyTags study;
    for (auto const& e : kElements) {
        std::string value = document.child("ismrmrdHeader").child(e.group).child(e.name).text().as_string();
        bool const when = std::string_view(e.keyword).ends_with("Date") || std::string_view(e.keyword).ends_with("Time");
        if (when) std::erase_if(value, [](char c) { return c == '-' || c == ':'; }); // 2024-05-06 is 20240506
        if (!value.empty()) study[e.keyword] = value;
    }
    return study;
}

} // namespace tessera
