// The one place that launches device code; include it from .cu files only.
//
// for_each(stream, n, lambda)                        pointwise: lambda(i) for i in [0, n), on cpu, simt and cuda
// launch<threads>(stream, grid, shared_bytes, f)     cooperative: f() on every thread of every block, on simt and cuda;
//                                                    a last argument makes blocks of fewer threads
//
// A .cu file is compiled up to three times: by nvcc (kDevice = cuda) and by the host compiler with
// TESSERA_TARGET_SIMT (kDevice = simt) or TESSERA_TARGET_CPU (kDevice = cpu, pointwise kernels only).
#pragma once

#include "kernels/kernel.h"

#include <algorithm>

#if defined(__CUDACC__)

#include <cuda_runtime.h>
#include <string>

#define TESSERA_DEVICE __device__
#define TESSERA_LAMBDA [=] __device__

namespace tessera {

inline constexpr Device kDevice = Device::cuda;

/// The block's dynamic shared memory; every thread of a block gets the same address.
template <class T> __device__ T* shared_memory() {
    extern __shared__ __align__(16) unsigned char tessera_shared_bytes[];
    return reinterpret_cast<T*>(tessera_shared_bytes);
}

/// Adds to what other blocks may add to as well, in the memory of the device.
__device__ inline void add_atomic(Complex<float>& to, Complex<float> value) {
#if __CUDA_ARCH__ >= 900
    atomicAdd(reinterpret_cast<float2*>(&to), make_float2(value.re, value.im));
#else
    atomicAdd(&to.re, value.re);
    atomicAdd(&to.im, value.im);
#endif
}
__device__ inline void add_atomic(Complex<double>& to, Complex<double> value) {
    atomicAdd(&to.re, value.re);
    atomicAdd(&to.im, value.im);
}

namespace launching {
inline void check(cudaError_t e, char const* what) {
    if (e != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(e));
}

template <int Threads, class F> __global__ void __launch_bounds__(Threads) run_cooperative(F f) { f(); }

template <class F> __global__ void __launch_bounds__(256) run_pointwise(index_t n, F f) {
    index_t const i = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < n) f(i); // no loop over the grid: the compiler unrolls it, which takes a division of 64 bits
}

inline void check_launch() { check(cudaGetLastError(), "CUDA kernel launch"); }
} // namespace launching

/// Bytes of shared memory that a block may have.
inline std::size_t shared_memory_limit() {
    int device = 0, bytes = 0;
    launching::check(cudaGetDevice(&device), "cudaGetDevice");
    launching::check(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
    return static_cast<std::size_t>(bytes);
}

template <class F> void for_each(Stream stream, index_t n, F f) {
    if (n <= 0) return;
    index_t const blocks = (n + 255) / 256;
    if (blocks >= index_t{1} << 31) throw std::runtime_error("CUDA kernel launch: " + std::to_string(n) + " elements are too many");
    launching::run_pointwise<<<static_cast<unsigned>(blocks), 256, 0, static_cast<cudaStream_t>(stream.handle)>>>(n, f);
    launching::check_launch();
}

template <int Threads, class F> void launch(Stream stream, index_t blocks, std::size_t shared_bytes, F f, int threads = Threads) {
    if (blocks <= 0) return;
    if (shared_bytes > 48 * 1024) {
        cudaError_t const e = cudaFuncSetAttribute(launching::run_cooperative<Threads, F>, cudaFuncAttributeMaxDynamicSharedMemorySize,
            static_cast<int>(shared_bytes));
        if (e != cudaSuccess)
            throw std::runtime_error(
                "CUDA kernel launch: " + std::to_string(shared_bytes) + " bytes of shared memory refused: " + cudaGetErrorString(e));
    }
    launching::run_cooperative<Threads>
        <<<static_cast<unsigned>(blocks), threads, shared_bytes, static_cast<cudaStream_t>(stream.handle)>>>(f);
    launching::check_launch();
}

} // namespace tessera

#elif defined(TESSERA_TARGET_SIMT)

#include "kernels/simt/simt.h"

namespace tessera {

inline constexpr Device kDevice = Device::simt;

template <class F> void for_each(Stream, index_t n, F f) {
    if (n <= 0) return;
    index_t const blocks = std::min<index_t>((n + 31) / 32, 16); // few: blocks cost more here than a loop
    simt::run({.blocks = blocks, .threads = 32, .shared_bytes = 0}, [&] {
        index_t const step = static_cast<index_t>(gridDim.x) * blockDim.x;
        for (index_t i = static_cast<index_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += step) f(i);
    });
}

inline std::size_t shared_memory_limit() { return 48 * 1024; }

template <int Threads, class F> void launch(Stream, index_t blocks, std::size_t shared_bytes, F f, int threads = Threads) {
    if (blocks > 0) simt::run({.blocks = blocks, .threads = threads, .shared_bytes = shared_bytes}, [&] { f(); });
}

} // namespace tessera

#else // TESSERA_TARGET_CPU

#define TESSERA_DEVICE
#define TESSERA_LAMBDA [=]

namespace tessera {

inline constexpr Device kDevice = Device::cpu;

template <class F> void for_each(Stream, index_t n, F f) {
#pragma omp parallel for schedule(static) if (n > 16384)
    for (index_t i = 0; i < n; ++i) f(i);
}

} // namespace tessera

#endif
