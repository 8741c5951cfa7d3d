#include "core/device/pinned_pool.h"

#include "core/device/backend.h"
#include "core/error.h"

namespace tessera {

PinnedPool::PinnedPool(Stream of) : of_(of), copies_(of.rehearsal ? of : backend::create_stream(of.device)) {}

PinnedPool::~PinnedPool() {
    if (!of_.rehearsal) {
        try {
            backend::synchronize(copies_);
        } catch (...) { // an earlier error, which is being reported
        }
    }
    for (auto const& [bytes, memory] : waiting_) free(memory, bytes);
    if (!of_.rehearsal) backend::destroy_stream(copies_);
}

void PinnedPool::free(void* memory, std::size_t bytes) noexcept {
    if (of_.rehearsal)
        backend::deallocate(of_, memory, bytes);
    else
        backend::deallocate_pinned(of_.device, memory);
}

void* PinnedPool::take(Context const& context, std::size_t bytes) {
    if (auto const found = waiting_.find(bytes); found != waiting_.end()) {
        void* const memory = found->second;
        waiting_.erase(found);
        return memory;
    }
    auto& counts = context.host().allocator();
    if (!waiting_.empty()) backend::synchronize(copies_); // nothing may still use what is freed
    for (auto const& [size, memory] : waiting_) {
        free(memory, size);
        counts.discount(size);
    }
    waiting_.clear();
    counts.count(bytes);
    void* const memory = of_.rehearsal ? backend::allocate(of_, bytes) : backend::allocate_pinned(of_.device, bytes);
    if (memory) return memory;
    counts.discount(bytes);
    auto const use = counts.use();
    throw OutOfMemory("host (pinned)", bytes, use.live, use.peak, use.limit);
}

void PinnedPool::give_back(void* memory, std::size_t bytes) noexcept {
    try {
        waiting_.emplace(bytes, memory);
    } catch (...) { // no memory for the list; the bytes stay counted
        free(memory, bytes);
    }
}

} // namespace tessera
