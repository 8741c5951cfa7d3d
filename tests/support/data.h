// Measured data for tests, which not every machine has.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace tessera::test {

/// The path of a file of the shared data: in $TESSERA_DATA, or in shared/data beside the source tree. Nothing where it is absent.
inline std::optional<std::filesystem::path> shared_data(std::string const& relative) {
    char const* const variable = std::getenv("TESSERA_DATA");
    auto const root = variable ? std::filesystem::path(variable) : std::filesystem::path(TESSERA_SOURCE_DIR) / "../shared/data";
    std::error_code ignored;
    if (!std::filesystem::exists(root / relative, ignored)) return {};
    return root / relative;
}

} // namespace tessera::test
