#include "core/error.h"
#include "core/files/atomic_folder.h"
#include "core/files/manifest.h"
#include "tests/support/acquisitions.h"
#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <set>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("the files of a folder appear when it is committed", "[atomic_folder]") {
    TemporaryFolder const parent;
    fs::path const target = parent / "a/b";
    {
        AtomicFolder folder(target.string() + "/"); // as shells complete it
        std::ofstream(folder.temporary() / "x") << "x";
        std::ofstream(folder.temporary() / "y") << "y";
        CHECK_FALSE(fs::exists(target / "x"));
        folder.commit();
    }
    CHECK(text_of(target / "x") == "x");
    CHECK(text_of(target / "y") == "y");
    CHECK(files_in(target) == 2);
}

TEST_CASE("an abandoned folder leaves no trace, and what was there before as it was", "[atomic_folder]") {
    TemporaryFolder const parent;
    {
        AtomicFolder const folder(parent / "a/b/c");
        std::ofstream(folder.temporary() / "x") << "x";
    }
    CHECK(fs::is_empty(parent.path()));

    fs::create_directory(parent / "old");
    std::ofstream(parent / "old/x") << "earlier";
    {
        AtomicFolder const folder(parent / "old");
        std::ofstream(folder.temporary() / "x") << "new";
    }
    CHECK(text_of(parent / "old/x") == "earlier");
    CHECK(files_in(parent / "old") == 1);

    fs::create_directory(parent / "empty");
    { AtomicFolder const folder(parent / "empty"); }
    CHECK(fs::exists(parent / "empty"));
}

TEST_CASE("a folder that cannot be made says why", "[atomic_folder]") {
    TemporaryFolder const parent;
    std::ofstream(parent / "file") << "text";
    CHECK(message_of([&] { AtomicFolder(parent / "file"); }) ==
        (parent / "file").string() + ": cannot be the folder for results: it exists and is not a folder");
    CHECK(message_of([&] { AtomicFolder(parent / "file/below"); }) ==
        (parent / "file/below").string() + ": cannot make this folder: Not a directory");
    CHECK(text_of(parent / "file") == "text");
}

namespace {

/// Writes files of one letter and a config.json that claims them.
void write_run(AtomicFolder const& folder, std::vector<std::string> const& names, std::string const& text) {
    for (auto const& name : names) std::ofstream(folder.temporary() / name) << text;
    auto all = names;
    all.emplace_back("config.json");
    std::ofstream(folder.temporary() / "config.json") << with_record("{}", {all, {}});
}

} // namespace

TEST_CASE("the files of a folder are those of one run, and those of others stay", "[atomic_folder]") {
    TemporaryFolder const parent;
    fs::path const target = parent / "out";
    fs::path const elsewhere = fs::current_path();
    bool const inside = GENERATE(false, true); // a folder that somebody works in cannot change its place
    CAPTURE(inside);
    {
        AtomicFolder folder(target);
        write_run(folder, {"a", "sweep.csv"}, "1");
        folder.commit();
    }
    std::ofstream(target / "notes.txt") << "mine";
    fs::create_directories(target / "more/below");
    std::ofstream(target / "more/below/b") << "mine";
    if (inside) fs::current_path(target);
    {
        AtomicFolder folder(inside ? fs::path(".") : target);
        write_run(folder, {"a"}, "2");
        folder.commit();
    }
    fs::current_path(elsewhere);
    CHECK(text_of(target / "a") == "2");
    CHECK_FALSE(fs::exists(target / "sweep.csv"));
    CHECK(text_of(target / "notes.txt") == "mine");
    CHECK(text_of(target / "more/below/b") == "mine");
    CHECK(files_in(target) == 4); // a, config.json, notes.txt, more
    CHECK(files_in(parent.path()) == 1);
}

TEST_CASE("a folder that is a link stays one", "[atomic_folder]") {
    TemporaryFolder const parent;
    fs::create_directory(parent / "real");
    fs::create_directory_symlink(parent / "real", parent / "link");
    {
        AtomicFolder folder(parent / "link");
        write_run(folder, {"a"}, "1");
        folder.commit();
    }
    CHECK(fs::is_symlink(parent / "link"));
    CHECK(text_of(parent / "real/a") == "1");
}

TEST_CASE("a run that is killed while its folder is replaced leaves the one or the other, and no run blocks the next", "[atomic_folder]") {
    TemporaryFolder const parent;
    fs::path const target = parent / "out";
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) names.push_back(fmt::format("f{}", i));
    {
        AtomicFolder folder(target);
        write_run(folder, names, "0");
        folder.commit();
    }
    for (int round = 1; round <= 20; ++round) {
        pid_t const child = ::fork();
        if (child == 0) {
            for (int i = 0;; ++i) {
                AtomicFolder folder(target);
                write_run(folder, names, fmt::format("{}-{}", round, i));
                folder.commit();
            }
        }
        ::usleep(static_cast<useconds_t>(3000 + 1700 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        std::set<std::string> texts;
        for (auto const& name : names) texts.insert(text_of(target / name));
        CHECK(texts.size() == 1);
    }
    { AtomicFolder const folder(target); } // sweeps
    CHECK(files_in(parent.path()) == 1);
    CHECK(files_in(target) == 41);
}

TEST_CASE("a manifest names only files within its folder", "[atomic_folder]") {
    TemporaryFolder const folder;
    std::ofstream(folder / "config.json") << R"({"$files": ["a", "../b", "/etc/passwd", "c/d", 7, ""]})";
    CHECK(files_of_run(folder.path()) == std::vector<std::string>{"a", "c/d"});
    std::ofstream(folder / "config.json") << "no json";
    CHECK(files_of_run(folder.path()).empty());
}
