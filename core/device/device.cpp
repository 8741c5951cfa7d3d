#include "core/device/device.h"

#include "core/device/backend.h"
#include "core/error.h"
#include "core/terminal/log.h"

namespace tessera {

std::string device_name(Device device) {
    switch (device) {
    case Device::cpu: return "cpu";
    case Device::simt: return "simt";
    case Device::cuda: return "cuda";
    }
    fail("unknown device {}", static_cast<int>(device));
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
    if (name == "auto") {
        if (backend::cuda_device_count() > 0) return Device::cuda;
        if (backend::has_cuda()) log_info("no GPU: {}; computing on the CPU", backend::cuda_description());
        return Device::cpu;
    }
    for (Device const device : available_devices())
        if (device_name(device) == name) return device;
    if (name == "cuda") fail("device cuda is not available: {}", backend::cuda_description());
    if (name == "simt") fail("device simt is not available: this build was configured without TESSERA_SIMT");
    fail("unknown device \"{}\": expected auto, cpu or cuda", name);
}

} // namespace tessera
