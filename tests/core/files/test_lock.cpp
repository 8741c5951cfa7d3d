// What killed runs leave is swept, what living ones write is not.
#include "core/files/apart.h"
#include "core/files/atomic_file.h"
#include "core/files/lock.h"
#include "tests/support/acquisitions.h"
#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// A process of its own that begins to write a file and dies of a signal, as kill -9 does it.
void killed_while_writing(fs::path const& target) {
    pid_t const child = ::fork();
    if (child == 0) {
        auto* const file = new AtomicFile(target); // never destroyed
        file->write(std::span<char const>("half", 4));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

} // namespace

TEST_CASE("temporary names are those of no other process, also where process ids are the same", "[files]") {
    std::set<fs::path> names;
    for (int i = 0; i < 1000; ++i) names.insert(temporary_name("/a/b.h5"));
    CHECK(names.size() == 1000);
    CHECK_THAT(names.begin()->filename().string(), Catch::StartsWith(".b.h5.") && Catch::EndsWith(".part"));
    CHECK(names.begin()->parent_path() == "/a");
}

TEST_CASE("a lock excludes others and ends with its owner", "[files]") {
    TemporaryFolder const folder;
    std::ofstream(folder / "file") << "x";
    for (auto const& path : {folder.path(), folder / "file"}) {
        {
            auto const first = FileLock::take(path);
            CHECK(first);
            CHECK_FALSE(FileLock::take(path));
        }
        CHECK(FileLock::take(path));
    }
    CHECK_FALSE(FileLock::take(folder / "none"));
}

TEST_CASE("leftovers of dead processes are swept, those of living ones stay", "[files]") {
    TemporaryFolder const folder;
    killed_while_writing(folder / "a.h5");
    CHECK(files_in(folder.path()) == 1);
    AtomicFile living(folder / "b.h5");
    std::ofstream(folder / ".c.part") << "another program's";
    sweep_leftovers(folder.path());
    CHECK(files_in(folder.path()) == 2);
    CHECK(fs::exists(folder / ".c.part"));
    living.write(std::span<char const>("whole", 5));
    living.commit();
    CHECK(fs::exists(folder / "b.h5"));
    sweep_leftovers(folder / "none"); // no error
}

TEST_CASE("an output that is an input is refused, whatever it is called", "[files]") {
    TemporaryFolder const folder;
    std::ofstream(folder / "in.json") << "{}";
    fs::create_symlink(folder / "in.json", folder / "link.json");
    fs::create_hard_link(folder / "in.json", folder / "hard.json");
    fs::create_directory(folder / "sub");
    auto const error = [&](fs::path const& output) { return message_of([&] { require_apart({output}, {"", folder / "in.json"}); }); };
    for (char const* name : {"in.json", "link.json", "hard.json", "sub/../in.json"})
        CHECK_THAT(error(folder / name), Catch::StartsWith((folder / "in.json").string() + ": would be overwritten by the output"));
    CHECK(error(folder / "out.json") == "no error");
    CHECK(message_of([&] { require_apart({folder / "new/x"}, {folder / "new/sub/../x"}); }) != "no error"); // not there yet
    CHECK(message_of([&] { require_apart({""}, {""}); }) == "no error");
}
