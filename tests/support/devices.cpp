#include "tests/support/devices.h"

#include "core/error.h"

#include <cstdlib>
#include <sstream>

namespace tessera::test {
namespace {

std::vector<Context>& made() {
    static std::vector<Context> all;
    return all;
}

bool wanted(Device device) {
    char const* const names = std::getenv("TESSERA_DEVICES");
    if (!names || !*names) return true;
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ',');)
        if (name == device_name(device)) return true;
    return false;
}

} // namespace

std::vector<Context> const& contexts() {
    if (made().empty())
        for (Device const d : available_devices())
            if (wanted(d)) made().emplace_back(d);
    require(!made().empty(), "TESSERA_DEVICES names no device that this build and machine have");
    return made();
}

void end_contexts() { made().clear(); }

} // namespace tessera::test
