// Writes a scan in any format that can be written.
#pragma once

#include "recon/acquisition/acquisition.h"

#include <filesystem>
#include <string>

namespace tessera {

/// Names of the formats that can be written, in the order of their table.
std::vector<std::string> writable_formats();

/// Validates and writes one scan in one of them; of "bart" `path` is the stem of several files.
///
/// Throws Error; nothing half-written is left behind. MRI_Raw.h5 and ISMRMRD have no place for maps and a reference, BART none for
/// geometry.
void write_acquisition(std::filesystem::path const& path, Acquisition const& acquisition, std::string const& format = "tessera");

} // namespace tessera
