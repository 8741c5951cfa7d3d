// What a device must be able to do besides running kernels: memory, copies and streams.
// Host devices (cpu, simt) are in backend_host.cpp, cuda in backend_cuda.cpp or, left out, backend_no_cuda.cpp.
#pragma once

#include "kernels/kernel.h"

#include <cstddef>
#include <string>

namespace tessera::backend {

/// Whether this build contains the cuda backend.
bool has_cuda();
/// Number of usable GPUs; 0 without a driver, a GPU, or CUDA in this build.
int cuda_device_count();
/// Why cuda_device_count() is 0, or the name of the GPU.
std::string cuda_description();

/// Returns null when the device has no such memory left.
void* allocate(Stream stream, std::size_t bytes);
void deallocate(Stream stream, void* memory, std::size_t bytes) noexcept;
/// Gives host memory that waits for later allocations back to the system.
void release_kept() noexcept;
/// Bytes of a device that nobody uses now; 0 where the system does not tell.
std::size_t free_memory(Device device);
/// Copies in stream order; either side may be host memory of a cpu or simt stream.
void copy(Stream stream, void* to, Device to_device, void const* from, Device from_device, std::size_t bytes);
void zero(Stream stream, void* memory, std::size_t bytes);
void synchronize(Stream stream);
/// Work given to `waiting` from now on starts after the work that `on` has now.
void wait(Stream waiting, Stream on);
/// Host memory that a device copies from and to while it computes: pinned for a GPU. Null when there is none left.
void* allocate_pinned(Device device, std::size_t bytes);
void deallocate_pinned(Device device, void* memory) noexcept;
Stream create_stream(Device device);
void destroy_stream(Stream stream) noexcept;

namespace cuda {
void* allocate(Stream stream, std::size_t bytes);
void deallocate(Stream stream, void* memory) noexcept;
std::size_t free_memory();
void copy(Stream stream, void* to, void const* from, std::size_t bytes);
void zero(Stream stream, void* memory, std::size_t bytes);
void synchronize(Stream stream);
void wait(Stream waiting, Stream on);
void* allocate_pinned(std::size_t bytes);
void deallocate_pinned(void* memory) noexcept;
Stream create_stream();
void destroy_stream(Stream stream) noexcept;
} // namespace cuda

} // namespace tessera::backend
