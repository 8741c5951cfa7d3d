#include "core/device/backend.h"

#include "core/device/host_pages.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <sys/mman.h>

namespace tessera::backend {
namespace {

constexpr std::size_t kHugePage = HostPages::kPage;

void* host_allocate(Stream stream, std::size_t bytes) {
    std::size_t const alignment = bytes >= kHugePage ? kHugePage : 64;
    std::size_t const rounded = (bytes + alignment - 1) / alignment * alignment;
    void* const memory = std::aligned_alloc(alignment, rounded);
    if (memory && alignment == kHugePage) madvise(memory, rounded, MADV_HUGEPAGE); // grids are read in scattered rows
    if (memory && stream.device == Device::simt) std::memset(memory, 0xff, bytes); // NaN: reading before writing shows
    return memory;
}

// All of the process, as malloc's; never destroyed, as nobody knows when the last tensor ends.
HostPages& pages() {
    static auto* const all = new HostPages;
    return *all;
}
bool in_pages(Stream stream, std::size_t bytes) { return stream.device == Device::cpu && bytes >= HostPages::kPage; }

} // namespace

// A rehearsal has addresses only: pages that nobody writes cost nothing.
void* allocate(Stream stream, std::size_t bytes) {
    if (stream.rehearsal) {
        void* const addresses = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return addresses == MAP_FAILED ? nullptr : addresses;
    }
    if (in_pages(stream, bytes)) return pages().take(bytes);
    return stream.device == Device::cuda ? cuda::allocate(stream, bytes) : host_allocate(stream, bytes);
}

void deallocate(Stream stream, void* memory, std::size_t bytes) noexcept {
    if (stream.rehearsal) {
        munmap(memory, bytes);
        return;
    }
    if (in_pages(stream, bytes)) return pages().give_back(memory, bytes);
    if (stream.device == Device::cuda) return cuda::deallocate(stream, memory);
    if (stream.device == Device::simt) std::memset(memory, 0xff, bytes);
    std::free(memory);
}

void release_kept() noexcept { pages().release(); }

std::size_t free_memory(Device device) {
    if (device == Device::cuda) return cuda::free_memory();
    std::ifstream in("/proc/meminfo");
    for (std::string name; in >> name; in.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
        if (std::size_t kib = 0; name == "MemAvailable:" && in >> kib) return kib << 10;
    return 0;
}

void copy(Stream stream, void* to, Device to_device, void const* from, Device from_device, std::size_t bytes) {
    if (bytes == 0 || stream.rehearsal) return;
    if (to_device == Device::cuda || from_device == Device::cuda)
        cuda::copy(stream, to, from, bytes);
    else
        std::memcpy(to, from, bytes);
}

void zero(Stream stream, void* memory, std::size_t bytes) {
    if (bytes == 0 || stream.rehearsal) return;
    if (stream.device == Device::cuda) return cuda::zero(stream, memory, bytes);
    constexpr std::size_t kChunk = 4u << 20;
    auto* const first = static_cast<char*>(memory);
    auto const chunks = static_cast<std::ptrdiff_t>((bytes + kChunk - 1) / kChunk);
#pragma omp parallel for schedule(static) if (chunks > 1)
    for (std::ptrdiff_t c = 0; c < chunks; ++c) {
        std::size_t const begin = static_cast<std::size_t>(c) * kChunk;
        std::memset(first + begin, 0, std::min(kChunk, bytes - begin));
    }
}

void synchronize(Stream stream) {
    if (!stream.rehearsal && stream.device == Device::cuda) cuda::synchronize(stream);
}

void wait(Stream waiting, Stream on) {
    if (waiting.rehearsal || on.rehearsal) return;
    if (waiting.device == Device::cuda && on.device == Device::cuda) cuda::wait(waiting, on);
}

void* allocate_pinned(Device device, std::size_t bytes) {
    return device == Device::cuda ? cuda::allocate_pinned(bytes) : host_allocate({}, bytes);
}

void deallocate_pinned(Device device, void* memory) noexcept {
    if (device == Device::cuda) return cuda::deallocate_pinned(memory);
    std::free(memory);
}

Stream create_stream(Device device) { return device == Device::cuda ? cuda::create_stream() : Stream{device, nullptr}; }

void destroy_stream(Stream stream) noexcept {
    if (stream.device == Device::cuda) cuda::destroy_stream(stream);
}

} // namespace tessera::backend
