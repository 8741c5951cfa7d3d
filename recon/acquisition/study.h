// Whose images they are.
#pragma once

#include <map>
#include <string>

namespace tessera {

/// What a file says of patient and study, by the keywords and in the notation of DICOM ("PatientName", "StudyDate"); what it does not say is
/// left out.
using StudyTags = std::map<std::string, std::string>;

} // namespace tessera
