// Which fields of a configuration its user wrote.
#pragma once

#include <string>
#include <vector>

namespace tessera {

/// JSON pointers ("/nufft/coils_per_pass") of the fields that a configuration or the command line gives; of arrays the array.
/// Throws Error, naming `source`, for text that is no JSON.
std::vector<std::string> given_fields(std::string const& text, std::string const& source, std::vector<std::string> const& overrides);

} // namespace tessera
