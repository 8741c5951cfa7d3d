#include "core/device/host_pages.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <sys/mman.h>
#include <utility>

namespace tessera {
namespace {

std::size_t whole_pages(std::size_t bytes) { return (bytes + HostPages::kPage - 1) / HostPages::kPage * HostPages::kPage; }

void* map(void* at, std::size_t bytes) {
    int const flags = MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0);
    void* const memory = mmap(at, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return memory == MAP_FAILED ? nullptr : memory;
}

// Addresses without memory yet, aligned to kPage.
char* fresh(std::size_t bytes) {
    constexpr std::size_t kPage = HostPages::kPage;
    if (bytes + kPage < bytes) return nullptr;
    auto* const all = static_cast<char*>(map(nullptr, bytes + kPage));
    if (!all) return nullptr;
    std::size_t const before = (kPage - reinterpret_cast<std::uintptr_t>(all) % kPage) % kPage;
    if (before) munmap(all, before);
    munmap(all + before + bytes, kPage - before);
    madvise(all + before, bytes, MADV_HUGEPAGE); // grids are read in scattered rows
    return all + before;
}

} // namespace

HostPages::~HostPages() { trim(0); }

void HostPages::release() noexcept {
    std::scoped_lock const lock(mutex_);
    trim(0);
}

std::size_t HostPages::kept() const {
    std::scoped_lock const lock(mutex_);
    return kept_bytes_;
}

void HostPages::trim(std::size_t until) noexcept {
    while (kept_bytes_ > until) {
        auto const last = std::prev(kept_.end());
        std::size_t const bytes = std::min(last->second, kept_bytes_ - until);
        munmap(last->first + last->second - bytes, bytes);
        kept_bytes_ -= bytes;
        last->second -= bytes;
        if (last->second == 0) kept_.erase(last);
    }
}

// From the shortest range that is long enough; null where there is none.
char* HostPages::cut(std::size_t bytes) {
    auto best = kept_.end();
    for (auto range = kept_.begin(); range != kept_.end(); ++range)
        if (range->second >= bytes && (best == kept_.end() || range->second < best->second)) best = range;
    if (best == kept_.end()) return nullptr;
    best->second -= bytes;
    kept_bytes_ -= bytes;
    char* const memory = best->first + best->second;
    if (best->second == 0) kept_.erase(best);
    return memory;
}

// Moves kept pages to the addresses [to, to + bytes), as many as there are. One by one: a call cannot move several mappings at once,
// and no mapping ends within a page.
bool HostPages::gather(char* to, std::size_t bytes) noexcept {
    for (; bytes && !kept_.empty(); to += kPage, bytes -= kPage) {
        auto range = kept_.extract(kept_.begin());
        char* const from = range.key();
        range.key() += kPage;
        range.mapped() -= kPage;
        if (range.mapped()) kept_.insert(std::move(range));
        kept_bytes_ -= kPage;
        if (mremap(from, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED) continue;
        munmap(from, kPage); // too many mappings, for one
        if (!map(to, kPage)) return false;
    }
    return true;
}

void* HostPages::take(std::size_t bytes) {
    if (bytes > SIZE_MAX - 2 * kPage) return nullptr;
    bytes = whole_pages(bytes);
    std::scoped_lock const lock(mutex_);
    char* memory = cut(bytes);
    if (!memory) {
        memory = fresh(bytes);
        if (!memory) { // kept pages may be what is missing
            trim(0);
            memory = fresh(bytes);
        }
        if (!memory || !gather(memory, bytes)) return nullptr;
    }
    in_use_ += bytes;
    most_in_use_ = std::max(most_in_use_, in_use_);
    trim(most_in_use_ - in_use_);
    return memory;
}

void HostPages::give_back(void* memory, std::size_t bytes) noexcept {
    bytes = whole_pages(bytes);
    auto* const first = static_cast<char*>(memory);
    std::scoped_lock const lock(mutex_);
    in_use_ -= bytes;
    try {
        auto range = kept_.emplace(first, bytes).first;
        kept_bytes_ += bytes;
        if (auto const next = std::next(range); next != kept_.end() && range->first + range->second == next->first) {
            range->second += next->second;
            kept_.erase(next);
        }
        if (range == kept_.begin()) return;
        if (auto const before = std::prev(range); before->first + before->second == range->first) {
            before->second += range->second;
            kept_.erase(range);
        }
    } catch (...) { // no memory for the list
        munmap(memory, bytes);
    }
}

} // namespace tessera
