// No program writes over what it reads.
#pragma once

#include <filesystem>
#include <vector>

namespace tessera {

/// Throws Error, naming both, where an output is the same file as an input, links resolved. Empty paths name nothing.
void require_apart(std::vector<std::filesystem::path> const& outputs, std::vector<std::filesystem::path> const& inputs);

} // namespace tessera
