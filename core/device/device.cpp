#include "core/device/device.h"

#include "core/device/backend.h"
#include "core/error.h"

#include <fmt/format.h>

namespace tessera {

std::string device_name(Device device) {
    switch (device) {
    case Device::cpu: return "cpu";
    case Device::simt: return "simt";
    case Device::cuda: return "cuda";
    }
    fail("unknown device {}", static_cast<int>(device));
}

std::string device_in_words(Device device) {
    auto const name = device_name(device);
    bool const could_use_gpu = device == Device::cpu && backend::has_cuda() && backend::cuda_device_count() == 0;
    return could_use_gpu ? fmt::format("{} (no GPU: {})", name, backend::cuda_description()) : name;
}

std::vector<Device> available_devices() {
    std::vector<Device> devices{Device::cpu};
#ifdef TESSERA_HAS_SIMT
    devices.push_back(Device::simt);
#endif
    if (backend::cuda_device_count() > 0) devices.push_back(Device::cuda);
    return devices;
}

Device parse_device(std::string const& name) {
    if (name == "auto") return backend::cuda_device_count() > 0 ? Device::cuda : Device::cpu;
    for (Device const device : available_devices())
        if (device_name(device) == name) return device;
    if (name == "cuda") fail("device cuda is not available: {}", backend::cuda_description());
    if (name == "simt") fail("device simt is not available: this build was configured without TESSERA_SIMT");
    fail("unknown device \"{}\": expected auto, cpu or cuda", name);
}

} // namespace tessera
