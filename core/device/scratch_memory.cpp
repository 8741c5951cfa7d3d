#include "core/device/scratch_memory.h"

#include "core/error.h"
#include "core/files/bytes.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tessera {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

// A file that ends with its last user, whatever happens to the program.
int open_unnamed(std::filesystem::path const& folder) {
    int const unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return unnamed;
    std::string name = (folder / "tessera-scratch-XXXXXX").string(); // file systems without O_TMPFILE
    int const named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

} // namespace

void* map_scratch(std::filesystem::path const& folder, std::size_t bytes) {
    auto const refuse = [&](int reason) {
        fail("{}: no room for {} of k-space in files of this folder (/scratch): {}", folder.string(), format_bytes(bytes),
            std::strerror(reason));
    };
    Descriptor const file(open_unnamed(folder));
    if (file.number() < 0) refuse(errno);
    if (int const reason = ::posix_fallocate(file.number(), 0, static_cast<off_t>(bytes))) refuse(reason); // else a full disk kills
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (memory == MAP_FAILED) refuse(errno);
    return memory;
}

void unmap_scratch(void* memory, std::size_t bytes) noexcept { ::munmap(memory, bytes); }

std::filesystem::path default_scratch() {
    char const* const named = std::getenv("TMPDIR");
    return named && *named ? named : "/var/tmp";
}

} // namespace tessera
