// The simt test device: runs a CUDA thread block on the host, one fiber per thread.
//
// It provides the part of CUDA's device language that our kernels use: threadIdx and friends, shared memory
// (poisoned with NaN), __syncthreads, warp shuffles and atomics. Threads run in an order shuffled by a seed,
// so that a missing barrier shows as a wrong result in some orders. A test device: tiny sizes, no claims on speed.
#pragma once

#include "kernels/types.h"

#include <cstring>
#include <functional>

#define TESSERA_DEVICE
#define TESSERA_LAMBDA [=]

namespace tessera::simt {

struct Dim {
    unsigned x = 0, y = 0, z = 0;
};

struct Launch {
    index_t blocks = 1;
    int threads = 1;
    std::size_t shared_bytes = 0;
};

/// What a thread can ask about itself; valid inside run() only.
struct Registers {
    Dim thread, block, block_dim, grid_dim;
    std::byte* shared = nullptr;
};

/// Runs `thread` once for every thread of every block.
/// Throws std::logic_error where threads of a block diverge at a barrier or a shuffle.
void run(Launch const& launch, std::function<void()> const& thread);

/// The order of threads in later launches follows from this seed.
void set_schedule_seed(std::uint64_t seed);

Registers const& registers();
void sync_threads();
/// Gives `bytes` (at most 8) to the warp, and returns the address of what lane `source` gave.
void const* exchange(void const* value, std::size_t bytes, unsigned mask, int source);

template <class T> T shuffle(unsigned mask, T value, int source) {
    static_assert(sizeof(T) <= 8);
    T result;
    std::memcpy(&result, exchange(&value, sizeof(T), mask, source), sizeof(T));
    return result;
}

inline int lane() { return static_cast<int>(registers().thread.x % 32); }

} // namespace tessera::simt

// CUDA's own names, for the kernel sources.
#define threadIdx (::tessera::simt::registers().thread)
#define blockIdx (::tessera::simt::registers().block)
#define blockDim (::tessera::simt::registers().block_dim)
#define gridDim (::tessera::simt::registers().grid_dim)

namespace tessera {

template <class T> T* shared_memory() { return reinterpret_cast<T*>(simt::registers().shared); }

inline void __syncthreads() { simt::sync_threads(); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { simt::shuffle(mask, 0, simt::lane()); }

template <class T> T __shfl_sync(unsigned mask, T value, int source) { return simt::shuffle(mask, value, source); }
template <class T> T __shfl_xor_sync(unsigned mask, T value, int lane_mask) { return simt::shuffle(mask, value, simt::lane() ^ lane_mask); }
template <class T> T __shfl_down_sync(unsigned mask, T value, unsigned delta) {
    int const source = simt::lane() + static_cast<int>(delta);
    return simt::shuffle(mask, value, source < 32 ? source : simt::lane());
}

/// Fibers of a launch share one host thread, so a plain read-modify-write is atomic.
template <class T> T atomicAdd(T* address, std::type_identity_t<T> value) {
    T const old = *address;
    *address = old + value;
    return old;
}
template <class T> void add_atomic(Complex<T>& to, Complex<T> value) { to += value; }

} // namespace tessera
