#include "core/files/atomic_file.h"
#include "core/files/hdf5_writer.h"
#include "tests/support/acquisitions.h"
#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <csignal>
#include <fstream>
#include <iterator>
#include <sys/resource.h>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Files of this process may not grow beyond `bytes` while this lives: what a full disk looks like.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        rlimit const limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(FileSizeLimit const&) = delete;
    FileSizeLimit& operator=(FileSizeLimit const&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

} // namespace

TEST_CASE("a file appears when it is committed, and an abandoned one leaves no trace", "[atomic_file]") {
    TemporaryFolder const folder;
    std::string const first = "first", second = "second";
    {
        AtomicFile file(folder / "a.txt");
        file.write(std::span<char const>(first));
        CHECK_FALSE(std::filesystem::exists(folder / "a.txt"));
        file.commit();
    }
    CHECK(text_of(folder / "a.txt") == "first");
    {
        AtomicFile file(folder / "a.txt");
        file.write(std::span<char const>(second));
    }
    CHECK(text_of(folder / "a.txt") == "first");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a place that cannot be written says why", "[atomic_file]") {
    TemporaryFolder const folder;
    CHECK(message_of([&] { AtomicFile(folder / "none/a.txt"); }) ==
        (folder / "none/a.txt").string() + ": cannot write: No such file or directory");
    CHECK(message_of([&] { AtomicFile("/dev/full"); }) == "/dev/full: cannot write: it exists and is not a plain file");
    CHECK(message_of([&] { AtomicFile(folder.path()); }) == folder.path().string() + ": cannot write: it exists and is not a plain file");
}

TEST_CASE("a full disk is an error and leaves the earlier file as it was", "[atomic_file]") {
    TemporaryFolder const folder;
    std::ofstream(folder / "a") << "earlier";
    std::vector<double> const values(100000);
    {
        FileSizeLimit const limit(1 << 16);
        CHECK(message_of([&] {
            AtomicFile file(folder / "a");
            file.write(std::span<double const>(values));
            file.commit();
        }) == (folder / "a").string() + ": cannot write: File too large");
        CHECK_THAT(message_of([&] {
            hdf5::Writer file(folder / "a");
            file.dataset("values", Shape{100000}, std::span<double const>(values));
            file.commit();
        }),
            Catch::Contains((folder / "a").string()) && Catch::Contains("cannot write") && Catch::Contains("File too large"));
    }
    CHECK(text_of(folder / "a") == "earlier");
    CHECK(files_in(folder.path()) == 1);
}
