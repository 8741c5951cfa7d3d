// Byte counts for people.
#pragma once

#include <cstddef>
#include <string>

namespace tessera {

/// "512 B", "1.50 KiB", "7.80 GiB".
std::string format_bytes(std::size_t bytes);

} // namespace tessera
