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

/// What a program would do, added up in a rehearsal by what bounds its speed.
struct Work {
    double convolution = 0; ///< multiplications of networks
    double gridding = 0;    ///< grid cells that samples touch, times coils
    double fourier = 0;     ///< n log2 n
    double traffic = 0;     ///< bytes that other kernels read and write

    Work& operator+=(Work const& b) {
        convolution += b.convolution, gridding += b.gridding, fourier += b.fourier, traffic += b.traffic;
        return *this;
    }
    friend Work operator-(Work const& a, Work const& b) {
        return {a.convolution - b.convolution, a.gridding - b.gridding, a.fourier - b.fourier, a.traffic - b.traffic};
    }
};

/// Where and in which order work runs. `handle` is the cudaStream_t for cuda, null elsewhere.
struct Stream {
    Device device = Device::cpu;
    void* handle = nullptr;
    Work* rehearsal = nullptr; ///< not null: nothing runs and no memory is touched, the work is added up here
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

/// Bytes that a kernel reads and writes, for its work().
inline Work moved(index_t bytes) {
    Work work;
    work.traffic = static_cast<double>(bytes);
    return work;
}

/// What a kernel would do: its work() where it says so, nothing elsewhere.
template <class Kernel> Work work_of(Kernel const& kernel) {
    if constexpr (requires { kernel.work(); })
        return kernel.work();
    else
        return {};
}

/// Runs a kernel on the stream's device, in stream order.
template <class Kernel> void enqueue(Stream stream, Kernel const& kernel) {
    if (stream.rehearsal) {
        *stream.rehearsal += work_of(kernel);
        return;
    }
    with_device(stream.device, [&](auto device) { execute<device()>(stream, kernel); });
}

} // namespace tessera
