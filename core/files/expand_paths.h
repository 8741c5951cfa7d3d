// Lists of files that name folders as well.
#pragma once

#include <filesystem>
#include <vector>

namespace tessera {

/// The files that paths name: a folder stands for its .h5 files in alphabetical order.
/// Throws Error for paths that are not there and folders without such files.
std::vector<std::filesystem::path> expand_paths(std::vector<std::filesystem::path> const& paths);

} // namespace tessera
