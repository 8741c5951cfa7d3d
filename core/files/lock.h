// Locks that end with their process, however it ends.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace tessera {

/// Takes an exclusive lock for an open descriptor of a file or folder, without waiting. False where another one holds it, or where
/// the file system has no locks.
bool lock_descriptor(int descriptor);

/// An exclusive lock on a file or folder, as long as it lives and its process does.
class FileLock {
public:
    /// Nothing where the path cannot be opened or somebody holds the lock.
    static std::optional<FileLock> take(std::filesystem::path const& path);
    /// Owns the descriptor and its lock; -1: none.
    explicit FileLock(int descriptor = -1) : descriptor_(descriptor) {}
    ~FileLock();
    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

private:
    int descriptor_;
};

/// A name beside `target` that no other process or thread has: ".<name>.<16 digits>.part".
std::filesystem::path temporary_name(std::filesystem::path const& target);

/// Removes what runs that were killed left in a folder under names of temporary_name(): files and folders that nobody has locked.
void sweep_leftovers(std::filesystem::path const& folder);

} // namespace tessera
