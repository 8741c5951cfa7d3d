// Host memory that a device copies from and to while it computes.
#pragma once

#include "core/device/context.h"

#include <map>

namespace tessera {

/// Pinned buffers of one context, made once: one that is given back waits for the next of its size. A resource of the context.
///
/// The bytes are those of context.host(). Buffers that wait are freed when one of another size is wanted, so that volumes of
/// several sizes in turn take no more than the largest.
class PinnedPool {
public:
    explicit PinnedPool(Stream of);
    ~PinnedPool();
    PinnedPool(PinnedPool const&) = delete;
    PinnedPool& operator=(PinnedPool const&) = delete;

    /// Throws OutOfMemory.
    void* take(Context const& context, std::size_t bytes);
    /// Copies from and to the buffer must have been given to copies() or the context's stream.
    void give_back(void* memory, std::size_t bytes) noexcept;
    /// For copies beside the context's own stream; they all stay in order.
    Stream copies() const { return copies_; }

private:
    void free(void* memory, std::size_t bytes) noexcept;

    Stream of_, copies_;
    std::multimap<std::size_t, void*> waiting_; ///< by size
};

} // namespace tessera
