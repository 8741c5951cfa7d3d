#include "core/device/allocator.h"

#include "core/device/backend.h"
#include "core/device/device.h"
#include "core/device/scratch_memory.h"
#include "core/error.h"

#include <algorithm>

namespace tessera {

namespace {
constexpr std::size_t kWorthKeeping = 1u << 20;
} // namespace

Allocator::~Allocator() { free_kept(0); }

void* Allocator::take_kept(std::size_t bytes) {
    auto const found = kept_.find(bytes);
    if (found == kept_.end()) return nullptr;
    void* const memory = found->second;
    kept_.erase(found);
    kept_bytes_ -= bytes;
    return memory;
}

// Gives memory back to the system until at most `until` bytes are kept.
void Allocator::free_kept(std::size_t until) noexcept {
    while (kept_bytes_ > until) {
        auto const largest = std::prev(kept_.end());
        backend::deallocate({device_, nullptr}, largest->second, largest->first);
        kept_bytes_ -= largest->first;
        kept_.erase(largest);
    }
}

void Allocator::refuse(std::size_t bytes) const { throw OutOfMemory(device_name(device_), bytes, use_.live, use_.peak, use_.limit); }

void Allocator::check_limit(std::size_t bytes) {
    if (until_failure_ && --until_failure_ == 0) refuse(bytes);
    if (use_.limit && bytes > use_.limit - std::min(use_.limit, use_.live)) refuse(bytes);
}

void Allocator::add(std::size_t bytes) {
    use_.live += bytes;
    high_water_ = std::max(high_water_, use_.live);
    use_.peak = std::max(use_.peak, use_.live);
    if (!stages_.empty()) stages_.back() = std::max(stages_.back(), use_.live);
}

void* Allocator::allocate(Stream stream, std::size_t bytes) {
    if (bytes == 0) return nullptr;
    std::scoped_lock const lock(mutex_);
    check_limit(bytes);
    if (on_disk() && !stream.rehearsal) {
        void* const memory = map_scratch(scratch_, bytes);
        add(bytes);
        return memory;
    }
    void* memory = take_kept(bytes);
    if (!memory) {
        // Blocks that were kept make room, so that the process does not grow beyond what was in use at once.
        free_kept(high_water_ > use_.live + bytes ? high_water_ - use_.live - bytes : 0);
        memory = backend::allocate(stream, bytes);
    }
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
    bool const keep =
        device_ == Device::cpu && !stream.rehearsal && bytes >= kWorthKeeping && use_.live + kept_bytes_ + bytes <= high_water_;
    if (!keep) return backend::deallocate(stream, memory, bytes);
    try {
        kept_.emplace(bytes, memory);
        kept_bytes_ += bytes;
    } catch (...) {
        backend::deallocate(stream, memory, bytes);
    }
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
