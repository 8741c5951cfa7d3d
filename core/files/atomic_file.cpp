#include "core/files/atomic_file.h"

#include "core/error.h"
#include "core/files/lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tessera {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_writing(fs::path const& target) { fail("{}: cannot write: {}", target.string(), std::strerror(errno)); }

fs::path folder_of(fs::path const& target) { return target.has_parent_path() ? target.parent_path() : fs::path("."); }

} // namespace

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
    std::error_code ignored;
    require(!target_.filename().empty(), "{}: cannot write: not a file name", target_.string());
    require(!fs::exists(target_, ignored) || fs::is_regular_file(target_, ignored), "{}: cannot write: it exists and is not a plain file",
        target_.string());
    for (struct stat info{}; info.st_nlink == 0;) { // swept between its making and its locking: once more
        if (descriptor_ >= 0) ::close(descriptor_);
        temporary_ = temporary_name(target_);
        descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail_writing(target_);
        lock_descriptor(descriptor_);
        if (::fstat(descriptor_, &info) != 0) fail_writing(target_);
    }
}

AtomicFile::~AtomicFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<std::byte const> bytes) {
    while (!bytes.empty()) {
        ssize_t const n = ::write(descriptor_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail_writing(target_);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
}

void AtomicFile::commit() {
    require(descriptor_ >= 0, "{}: cannot write: it was committed before", target_.string());
    if (::fsync(descriptor_) != 0) fail_writing(target_);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_writing(target_);
    ::close(descriptor_);
    descriptor_ = -1;
    // The new name is safe once the folder is; some file systems cannot do this, and the data are safe either way.
    int const folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
}

void write_text_file(fs::path const& path, std::string_view text) {
    AtomicFile file(path);
    file.write(std::span<char const>(text));
    file.commit();
}

} // namespace tessera
