#include "core/files/bytes.h"

#include <fmt/format.h>

namespace tessera {

std::string format_bytes(std::size_t bytes) {
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double value = static_cast<double>(bytes);
    char const* const units[] = {"KiB", "MiB", "GiB", "TiB"};
    int unit = -1;
    do {
        value /= 1024;
        ++unit;
    } while (value >= 1024 && unit < 3);
    return fmt::format("{:.2f} {}", value, units[unit]);
}

} // namespace tessera
