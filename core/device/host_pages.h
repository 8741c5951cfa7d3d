// Host memory in huge pages, used again and again.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>

namespace tessera {

/// Gives out host memory in whole huge pages and keeps what comes back: the system clears a page when it is first written, which
/// takes longer than most kernels do with it.
///
/// Kept pages go into any later block, whatever its size: ranges are cut, joined with their neighbours, and, where none is long enough,
/// moved behind each other by the page table. So no more is ever taken from the system than was in use at once. Thread-safe.
class HostPages {
public:
    static constexpr std::size_t kPage = std::size_t{2} << 20; ///< bytes of a huge page; what take() rounds up to

    HostPages() = default;
    ~HostPages();
    HostPages(HostPages const&) = delete;
    HostPages& operator=(HostPages const&) = delete;

    /// Uninitialised memory, or null where the system has no more.
    void* take(std::size_t bytes);
    /// `bytes` as in take().
    void give_back(void* memory, std::size_t bytes) noexcept;

    /// Gives all that waits back to the system.
    void release() noexcept;
    /// Bytes that wait for the next take().
    std::size_t kept() const;

private:
    void trim(std::size_t until) noexcept;
    char* cut(std::size_t bytes);
    bool gather(char* to, std::size_t bytes) noexcept;

    mutable std::mutex mutex_;
    std::map<char*, std::size_t> kept_; ///< ranges that do not touch each other
    std::size_t kept_bytes_ = 0, in_use_ = 0, most_in_use_ = 0;
};

} // namespace tessera
