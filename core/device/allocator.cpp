#include "core/device/allocator.h"

#include "core/device/backend.h"
#include "core/device/device.h"
#include "core/device/scratch_memory.h"
#include "core/error.h"

#include <algorithm>

namespace tessera {

void Allocator::refuse(std::size_t bytes) const { throw OutOfMemory(device_name(device_), bytes, use_.live, use_.peak, use_.limit); }

void Allocator::check_limit(std::size_t bytes) {
    if (until_failure_ && --until_failure_ == 0) refuse(bytes);
    if (use_.limit && bytes > use_.limit - std::min(use_.limit, use_.live)) refuse(bytes);
}

void Allocator::add(std::size_t bytes) {
    use_.live += bytes;
    use_.peak = std::max(use_.peak, use_.live);
    if (!stages_.empty()) stages_.back() = std::max(stages_.back(), use_.live);
}

void* Allocator::allocate(Stream stream, std::size_t bytes) {
    if (bytes == 0) return nullptr;
    std::scoped_lock const lock(mutex_);
    check_limit(bytes);
    void* const memory = on_disk() && !stream.rehearsal ? map_scratch(scratch_, bytes) : backend::allocate(stream, bytes);
    if (!memory) refuse(bytes);
    add(bytes);
    return memory;
}

void Allocator::count(std::size_t bytes) {
    std::scoped_lock const lock(mutex_);
    check_limit(bytes);
    add(bytes);
}

void Allocator::discount(std::size_t bytes) noexcept {
    std::scoped_lock const lock(mutex_);
    use_.live -= bytes;
}

void Allocator::begin_stage() {
    std::scoped_lock const lock(mutex_);
    stages_.push_back(use_.live);
}

std::size_t Allocator::end_stage() noexcept {
    std::scoped_lock const lock(mutex_);
    std::size_t const peak = stages_.back();
    stages_.pop_back();
    if (!stages_.empty()) stages_.back() = std::max(stages_.back(), peak);
    return peak;
}

void Allocator::deallocate(Stream stream, void* memory, std::size_t bytes) noexcept {
    if (!memory) return;
    std::scoped_lock const lock(mutex_);
    use_.live -= bytes;
    if (on_disk() && !stream.rehearsal) return unmap_scratch(memory, bytes);
    backend::deallocate(stream, memory, bytes);
}

MemoryUse Allocator::use() const {
    std::scoped_lock const lock(mutex_);
    return use_;
}

void Allocator::set_limit(std::size_t bytes) {
    std::scoped_lock const lock(mutex_);
    use_.limit = bytes;
}

void Allocator::fail_at(std::size_t n) {
    std::scoped_lock const lock(mutex_);
    until_failure_ = n;
}

void Allocator::reset_peak() {
    std::scoped_lock const lock(mutex_);
    use_.peak = use_.live;
}

} // namespace tessera
