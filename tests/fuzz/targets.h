// What reads bytes from elsewhere, as functions of bytes: fuzzed by tools/fuzz.sh, and given all kept inputs by a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tessera::fuzz {

using Bytes = std::span<std::uint8_t const>;

struct Target {
    char const* name;
    /// Reads the bytes; an Error, the sentence for a user, is as good as success.
    void (*read)(Bytes);
    /// Writes inputs that are right, to start from, into a folder.
    void (*seeds)(std::filesystem::path const&);
};

std::vector<Target> const& targets();
/// Throws std::invalid_argument for a name that no target has.
Target const& target(std::string const& name);

} // namespace tessera::fuzz
