#include "core/device/backend.h"
#include "core/device/cuda_check.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

namespace tessera::backend {
namespace {
cudaStream_t native(Stream stream) { return static_cast<cudaStream_t>(stream.handle); }

cudaMemPool_t pool() {
    cudaMemPool_t pool{};
    cuda_check(cudaDeviceGetDefaultMemPool(&pool, 0), "cudaDeviceGetDefaultMemPool");
    return pool;
}
} // namespace

bool has_cuda() { return true; }

int cuda_device_count() {
    int count = 0; // left untouched by the call when it fails
    return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::string cuda_description() {
    int driver = 0;
    if (cuda_device_count() > 0) {
        cudaDeviceProp properties{};
        cuda_check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
        return fmt::format("{} ({:.0f} GiB)", properties.name, static_cast<double>(properties.totalGlobalMem) / (1u << 30));
    }
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return "no NVIDIA driver is installed";
    int runtime = 0;
    (void)cudaRuntimeGetVersion(&runtime);
    if (driver < runtime)
        return fmt::format("the NVIDIA driver supports CUDA {}.{}, this build needs {}.{}", driver / 1000, driver % 1000 / 10,
            runtime / 1000, runtime % 1000 / 10);
    return "the NVIDIA driver finds no GPU";
}

namespace cuda {

void* allocate(Stream stream, std::size_t bytes) {
    void* memory = nullptr;
    cudaError_t e = cudaMallocAsync(&memory, bytes, native(stream));
    if (e == cudaErrorMemoryAllocation) { // what was freed may wait for a stream, or be cut in pieces that the pool keeps
        (void)cudaGetLastError();
        cuda_check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
        cuda_check(cudaMemPoolTrimTo(pool(), 0), "cudaMemPoolTrimTo");
        e = cudaMallocAsync(&memory, bytes, native(stream));
    }
    if (e == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError(); // clear it: the caller reports
        return nullptr;
    }
    cuda_check(e, "cudaMallocAsync");
    return memory;
}

void deallocate(Stream stream, void* memory) noexcept { (void)cudaFreeAsync(memory, native(stream)); }

void copy(Stream stream, void* to, void const* from, std::size_t bytes) {
    cuda_check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, native(stream)), "cudaMemcpyAsync");
}

void zero(Stream stream, void* memory, std::size_t bytes) {
    cuda_check(cudaMemsetAsync(memory, 0, bytes, native(stream)), "cudaMemsetAsync");
}

void synchronize(Stream stream) { cuda_check(cudaStreamSynchronize(native(stream)), "cudaStreamSynchronize"); }

void wait(Stream waiting, Stream on) {
    cudaEvent_t event{};
    cuda_check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
    cudaError_t e = cudaEventRecord(event, native(on));
    if (e == cudaSuccess) e = cudaStreamWaitEvent(native(waiting), event, 0);
    (void)cudaEventDestroy(event); // lives on until the stream has passed it
    cuda_check(e, "cudaStreamWaitEvent");
}

std::size_t free_memory() {
    std::size_t free = 0, total = 0;
    return cudaMemGetInfo(&free, &total) == cudaSuccess ? free : 0;
}

void* allocate_pinned(std::size_t bytes) {
    void* memory = nullptr;
    cudaError_t const e = cudaMallocHost(&memory, bytes);
    if (e == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError(); // clear it: the caller reports
        return nullptr;
    }
    cuda_check(e, "cudaMallocHost");
    return memory;
}

void deallocate_pinned(void* memory) noexcept { (void)cudaFreeHost(memory); }

Stream create_stream() {
    std::size_t free = 0, total = 0;
    cuda_check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    // Freed memory stays with us, as CG allocates the same sizes again and again; but not all of it: libraries and other programs
    // allocate beside the pool.
    std::uint64_t keep = total / 4 * 3;
    cuda_check(cudaMemPoolSetAttribute(pool(), cudaMemPoolAttrReleaseThreshold, &keep), "cudaMemPoolSetAttribute");
    cudaStream_t stream{};
    cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
    return {Device::cuda, stream};
}

void destroy_stream(Stream stream) noexcept { (void)cudaStreamDestroy(native(stream)); }

} // namespace cuda
} // namespace tessera::backend
