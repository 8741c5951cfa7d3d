// Output files that are either complete or not there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace tessera {

/// A file written under a temporary name in the folder of its target and renamed to it by commit().
///
/// Without commit() the destructor removes it, so an error leaves an earlier file of that name untouched.
class AtomicFile {
public:
    /// Throws Error when the temporary file cannot be made, or when the target is something else than a plain file.
    explicit AtomicFile(std::filesystem::path target);
    ~AtomicFile();
    AtomicFile(AtomicFile const&) = delete;
    AtomicFile& operator=(AtomicFile const&) = delete;

    /// Where to write, for libraries that open files by name; they must have closed it before commit().
    std::filesystem::path const& temporary() const { return temporary_; }
    /// The open temporary file, for libraries that write to descriptors.
    int descriptor() const { return descriptor_; }
    /// Appends bytes. Throws Error with the system's reason (no space left, file too large).
    void write(std::span<std::byte const> bytes);
    template <class T> void write(std::span<T const> values) { write(std::as_bytes(values)); }
    /// Flushes to the disk and renames. Throws Error with the system's reason.
    void commit();

private:
    std::filesystem::path target_, temporary_;
    int descriptor_ = -1;
};

/// Writes a whole file, complete or not at all. Throws Error with the system's reason.
void write_text_file(std::filesystem::path const& path, std::string_view text);

} // namespace tessera
