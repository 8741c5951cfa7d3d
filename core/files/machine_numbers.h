// What is measured once on a machine, and where it is kept.
#pragma once

#include "core/device/context.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// $TESSERA_CACHE, else $XDG_CACHE_HOME/tessera, else ~/.cache/tessera; nothing without any of them.
std::optional<std::filesystem::path> cache_folder();

/// Named positive numbers of a device, this precision and the present number of threads, in that folder's
/// <name>-<device>-<precision>-<threads>.json.
class MachineNumbers {
public:
    MachineNumbers(std::string const& name, Device device, std::vector<std::string> keys);

    /// In the order of the keys; nothing where they are not all there.
    std::optional<std::vector<double>> read() const;
    /// Whether there is a place where write() could keep them.
    bool can_be_kept() const;
    /// Keeps them; where that fails, says so at level debug.
    void write(std::vector<double> const& values) const;

private:
    std::optional<std::filesystem::path> file_;
    std::vector<std::string> keys_;
};

/// Seconds of the fastest of so many runs, since others may be using the machine.
double fastest(Context const& context, int runs, std::function<void()> const& run);

} // namespace tessera
