// Devices by name, and which of them this process can use.
#pragma once

#include "kernels/kernel.h"

#include <string>
#include <vector>

namespace tessera {

/// "cpu", "simt" or "cuda".
std::string device_name(Device device);

/// The devices that this build contains and this machine has, cpu first.
std::vector<Device> available_devices();

/// Resolves "auto", "cpu", "cuda" or "simt". "auto" takes a GPU where there is one and the CPU
/// elsewhere; a build with cuda logs why.
/// Throws Error for an unknown or an unavailable device, saying why it is unavailable.
Device parse_device(std::string const& name);

} // namespace tessera
