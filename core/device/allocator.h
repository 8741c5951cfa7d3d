// Counts the bytes of one device, so that a memory claim is a test.
#pragma once

#include "kernels/kernel.h"

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace tessera {

/// Bytes of one device: allocated now, the most there ever was since reset_peak(), and the most allowed (0: no limit).
struct MemoryUse {
    std::size_t live = 0, peak = 0, limit = 0;
};

/// Allocates on one device and keeps count. Thread-safe.
///
/// What is given back serves later allocations, without the system: on the cpu by core/device/host_pages.h, on a GPU by the driver's pool.
class Allocator {
public:
    explicit Allocator(Device device) : device_(device) {}
    /// Of host memory that lies in unnamed files of a folder (scratch_memory.h).
    explicit Allocator(std::filesystem::path scratch) : device_(Device::cpu), scratch_(std::move(scratch)) {}
    Allocator(Allocator const&) = delete;
    Allocator& operator=(Allocator const&) = delete;

    /// Throws OutOfMemory when the limit or the device does not allow it; nothing is counted then.
    void* allocate(Stream stream, std::size_t bytes);
    void deallocate(Stream stream, void* memory, std::size_t bytes) noexcept;

    bool on_disk() const { return !scratch_.empty(); }
    MemoryUse use() const;
    void set_limit(std::size_t bytes);
    /// Sets the peak to what is live now.
    void reset_peak();
    /// Counts memory that somebody else has, pinned host memory for one: as allocate() and deallocate() without the memory.
    void count(std::size_t bytes);
    void discount(std::size_t bytes) noexcept;

    /// For tests: the n-th allocation from now on fails as one does when another program has the memory; 0: none.
    void fail_at(std::size_t n);

    /// Stages nest: end_stage() returns the most that lived since its begin_stage().
    void begin_stage();
    std::size_t end_stage() noexcept;

private:
    [[noreturn]] void refuse(std::size_t bytes) const;
    void check_limit(std::size_t bytes);
    void add(std::size_t bytes);

    Device device_;
    std::filesystem::path scratch_;
    std::size_t until_failure_ = 0;
    std::vector<std::size_t> stages_; ///< peaks of those that have begun, the innermost last
    mutable std::mutex mutex_;
    MemoryUse use_;
};

} // namespace tessera
