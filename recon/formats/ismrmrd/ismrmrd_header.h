// The XML header of ISMRMRD raw data, as far as a reconstruction needs it.
#pragma once

#include "recon/acquisition/study.h"
#include "recon/formats/units.h"

#include <string>
#include <vector>

namespace tessera {

struct IsmrmrdEncoding {
    EncodedSpace encoded, reconstructed; ///< zeros where the header does not say
    std::string trajectory;              ///< "radial", "spiral", "cartesian", ...
};

/// Throws Error, naming `source`, for text that is not an ISMRMRD header or has no encoding.
std::vector<IsmrmrdEncoding> parse_ismrmrd_header(std::string const& xml, std::string const& source);

/// What such a header says of patient and study; nothing for text that is not one.
StudyTags ismrmrd_study(std::string const& xml);

} // namespace tessera
