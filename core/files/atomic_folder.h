// Output folders whose files appear together or not at all.
#pragma once

#include <filesystem>

namespace tessera {

/// A folder whose new files are written to a hidden folder inside it and moved out of that by commit().
///
/// Without commit() the destructor removes them, and the folder itself where it was made for them: an error leaves a folder
/// that was there, with earlier results say, as it was.
class AtomicFolder {
public:
    /// Makes the folder and those above it. Throws Error when it cannot be made or written to.
    explicit AtomicFolder(std::filesystem::path target);
    ~AtomicFolder();
    AtomicFolder(AtomicFolder const&) = delete;
    AtomicFolder& operator=(AtomicFolder const&) = delete;

    /// Where to write until commit(). Plain files only.
    std::filesystem::path const& temporary() const { return temporary_; }
    /// Moves all files to the target, replacing those of equal name. Throws Error with the system's reason.
    void commit();

private:
    std::filesystem::path target_, temporary_;
    std::filesystem::path first_made_; ///< the uppermost folder that was not there; empty: all were
};

} // namespace tessera
