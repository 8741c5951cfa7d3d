// Devices by name, and which of them this process can use.
#pragma once

#include "kernels/kernel.h"

#include <string>
#include <vector>

namespace tessera {

/// "cpu", "simt" or "cuda".
std::string device_name(Device device);

/// For people: the name and, where this build could use a GPU but the machine offers none, the reason:
/// "cpu (no GPU: no NVIDIA driver is installed)".
std::string device_in_words(Device device);

/// The devices that this build contains and this machine has, cpu first.
std::vector<Device> available_devices();

/// Resolves "auto", "cpu", "cuda" or "simt". "auto" takes a GPU where there is one and the CPU elsewhere.
/// Throws Error for an unknown or an unavailable device, saying why it is unavailable.
Device parse_device(std::string const& name);

} // namespace tessera
