// Output folders whose files appear together or not at all.
#pragma once

#include "core/files/lock.h"

#include <filesystem>

namespace tessera {

/// A folder of results that is written under a hidden name and takes its place by commit().
///
/// The files of a folder are those of one run: commit() removes those that the config.json of an earlier run claims (manifest.h);
/// files of others stay. Where the file system can, the new folder and the old one change places in one step, so that a run that
/// is killed leaves the one or the other; elsewhere, and where the folder is a mount point or the current one, files are moved one by
/// one. Without commit() the destructor removes what was written, and the folder itself where it was made for it: an error
/// leaves a folder that was there, with earlier results say, as it was.
class AtomicFolder {
public:
    /// Makes the folder and those above it, and sweeps what killed runs left. Throws Error when it cannot be made or written to.
    explicit AtomicFolder(std::filesystem::path target);
    ~AtomicFolder();
    AtomicFolder(AtomicFolder const&) = delete;
    AtomicFolder& operator=(AtomicFolder const&) = delete;

    /// Where to write until commit(). Plain files only.
    std::filesystem::path const& temporary() const { return temporary_; }
    /// Replaces the files of the earlier run by those written. Throws Error with the system's reason.
    void commit();

private:
    bool replace_whole();
    void move_files();

    std::filesystem::path target_, temporary_;
    std::filesystem::path first_made_; ///< the uppermost folder that was not there; empty: all were
    bool beside_ = false;              ///< whether temporary_ lies beside the target and not in it
    FileLock lock_;
};

} // namespace tessera
