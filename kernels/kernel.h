// How a kernel is named and called.
//
// A kernel is a plain struct of its arguments (views and scalars), declared in a header of this folder.
// Its body is a specialisation of execute<Device>() in a .cu file (compiled as CUDA and as C++) or, for the
// hand-written CPU version of a cooperative kernel, in a _cpu.cpp file. enqueue() picks the body by the
// stream's device. Kernels never allocate and never synchronise.
#pragma once

#include "kernels/types.h"

#include <stdexcept>

namespace tessera {

enum class Device {
    cpu,  ///< OpenMP on the host
    simt, ///< test device: the CUDA kernel sources executed on the host, a fiber per thread
    cuda, ///< an NVIDIA GPU
};

/// Where and in which order work runs. `handle` is the cudaStream_t for cuda, null elsewhere.
struct Stream {
    Device device = Device::cpu;
    void* handle = nullptr;
};

/// The body of a kernel on one device; specialised once per kernel and device.
template <Device D, class Kernel> void execute(Stream, Kernel const&);

/// Calls f with std::integral_constant<Device, device>. Throws std::runtime_error for a device left out of this build.
template <class F> decltype(auto) with_device(Device device, F&& f) {
    switch (device) {
    case Device::cpu: return f(std::integral_constant<Device, Device::cpu>{});
#ifdef TESSERA_HAS_SIMT
    case Device::simt: return f(std::integral_constant<Device, Device::simt>{});
#endif
#ifdef TESSERA_HAS_CUDA
    case Device::cuda: return f(std::integral_constant<Device, Device::cuda>{});
#endif
    default: throw std::runtime_error("this build does not contain the requested device");
    }
}

/// Runs a kernel on the stream's device, in stream order.
template <class Kernel> void enqueue(Stream stream, Kernel const& kernel) {
    with_device(stream.device, [&](auto device) { execute<device()>(stream, kernel); });
}

} // namespace tessera
