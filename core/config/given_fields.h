// Which fields of a configuration its user wrote.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tessera {

/// JSON pointers ("/nufft/coils_per_pass") of the fields that a configuration file or the command line gives; of arrays the array.
/// Throws Error as load_config() does for text that is no JSON.
std::vector<std::string> given_fields(std::filesystem::path const& file, std::vector<std::string> const& overrides);

} // namespace tessera
