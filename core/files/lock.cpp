#include "core/files/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace tessera {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kDigits = 16;
constexpr char const* kEnding = ".part";

bool is_temporary(std::string const& name) {
    std::size_t const ending = std::char_traits<char>::length(kEnding);
    if (!name.starts_with('.') || !name.ends_with(kEnding) || name.size() < kDigits + ending + 2) return false;
    std::size_t const first = name.size() - ending - kDigits;
    return name[first - 1] == '.' && name.find_first_not_of("0123456789abcdef", first) == name.size() - ending;
}

} // namespace

bool lock_descriptor(int descriptor) {
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) return false;
    if (S_ISDIR(info.st_mode)) return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    // Of the open file, not of the process: libraries that open and close the file, too, must not end it. And not flock(), which
    // the HDF5 library uses for itself.
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

std::optional<FileLock> FileLock::take(fs::path const& path) {
    std::error_code ignored;
    bool const folder = fs::is_directory(path, ignored);
    int const descriptor = ::open(path.c_str(), (folder ? O_RDONLY | O_DIRECTORY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return {};
    FileLock lock(descriptor);
    if (!lock_descriptor(descriptor)) return {};
    return lock;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

fs::path temporary_name(fs::path const& target) {
    std::random_device random; // of the system: process ids are the same in every container
    std::uint64_t const number = std::uint64_t{random()} << 32 | random();
    return target.parent_path() / fmt::format(".{}.{:016x}{}", target.filename().string(), number, kEnding);
}

void sweep_leftovers(fs::path const& folder) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (auto const& entry : fs::directory_iterator(folder, ignored))
        if (is_temporary(entry.path().filename().string())) found.push_back(entry.path());
    for (auto const& path : found)
        if (auto const lock = FileLock::take(path)) fs::remove_all(path, ignored);
}

} // namespace tessera
