// Counts the bytes of one device, so that a memory claim is a test.
#pragma once

#include "kernels/kernel.h"

#include <mutex>
#include <string>

namespace tessera {

/// Bytes of one device: allocated now, the most there ever was since reset_peak(), and the most allowed (0: no limit).
struct MemoryUse {
    std::size_t live = 0, peak = 0, limit = 0;
};

/// Allocates on one device and keeps count. Thread-safe.
class Allocator {
public:
    explicit Allocator(Device device) : device_(device) {}

    /// Throws OutOfMemory when the limit or the device does not allow it; nothing is counted then.
    void* allocate(Stream stream, std::size_t bytes);
    void deallocate(Stream stream, void* memory, std::size_t bytes) noexcept;

    MemoryUse use() const;
    void set_limit(std::size_t bytes);
    /// Sets the peak to what is live now.
    void reset_peak();

private:
    Device device_;
    mutable std::mutex mutex_;
    MemoryUse use_;
};

} // namespace tessera
