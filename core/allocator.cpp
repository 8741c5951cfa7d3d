#include "core/allocator.h"

#include "core/backend.h"
#include "core/device.h"
#include "core/error.h"

#include <algorithm>

namespace tessera {

void* Allocator::allocate(Stream stream, std::size_t bytes) {
    if (bytes == 0) return nullptr;
    std::scoped_lock const lock(mutex_);
    auto const refuse = [&] { throw OutOfMemory(device_name(device_), bytes, use_.live, use_.peak, use_.limit); };
    if (use_.limit && bytes > use_.limit - std::min(use_.limit, use_.live)) refuse();
    void* const memory = backend::allocate(stream, bytes);
    if (!memory) refuse();
    use_.live += bytes;
    use_.peak = std::max(use_.peak, use_.live);
    return memory;
}

void Allocator::deallocate(Stream stream, void* memory, std::size_t bytes) noexcept {
    if (!memory) return;
    backend::deallocate(stream, memory, bytes);
    std::scoped_lock const lock(mutex_);
    use_.live -= bytes;
}

MemoryUse Allocator::use() const {
    std::scoped_lock const lock(mutex_);
    return use_;
}

void Allocator::set_limit(std::size_t bytes) {
    std::scoped_lock const lock(mutex_);
    use_.limit = bytes;
}

void Allocator::reset_peak() {
    std::scoped_lock const lock(mutex_);
    use_.peak = use_.live;
}

} // namespace tessera
