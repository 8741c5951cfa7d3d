#include "core/files/atomic_folder.h"
#include "core/error.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

std::string content(fs::path const& path) {
    std::string line;
    std::getline(std::ifstream(path) >> std::ws, line);
    return line;
}

std::ptrdiff_t files_in(fs::path const& folder) { return std::distance(fs::directory_iterator(folder), {}); }

} // namespace

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
    CHECK(content(target / "x") == "x");
    CHECK(content(target / "y") == "y");
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
    CHECK(content(parent / "old/x") == "earlier");
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
    CHECK(message_of([&] { AtomicFolder(parent / "file/below"); }) == (parent / "file/below").string() + ": cannot make this folder: Not a directory");
    CHECK(content(parent / "file") == "text");
}
