// Rows that could not be written as a whole, and what a resumed run makes of them.
#include "core/files/row_log.h"
#include "tests/support/acquisitions.h"
#include "tests/support/files.h"
#include "tests/support/temporary_folder.h"

#include <csignal>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tessera;
using namespace tessera::test;

namespace {

void append_text(std::filesystem::path const& path, std::string const& text) { std::ofstream(path, std::ios::app) << text; }

} // namespace

TEST_CASE("a row for which there is no room is taken back as a whole", "[row_log]") {
    TemporaryFolder const folder;
    pid_t const child = ::fork();
    if (child == 0) { // a limit on the size of files: what a full disk looks like
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit const limit{512, 512};
        int written = 0;
        try {
            RowLog log(folder / "a", {"step", "value"});
            ::setrlimit(RLIMIT_FSIZE, &limit);
            for (; written < 1000; ++written) log.append({static_cast<double>(written), 0.125});
        } catch (Error const&) {
            ::_exit(written > 5 ? 0 : 1);
        }
        ::_exit(2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
    for (char const* name : {"a.csv", "a.jsonl"}) {
        auto const text = text_of(folder / name);
        CHECK(text.size() <= 512);
        CHECK(text.back() == '\n');
    }
    RowLog const again(folder / "a", {"step", "value"}, 1000);
    CHECK(again.rows().size() > 5);
}

TEST_CASE("a damaged last row is dropped, whether or not its line ends, and an earlier one is an error", "[row_log]") {
    TemporaryFolder const folder;
    { RowLog(folder / "a", {"step", "value"}).append({1.0, 2.0}); }
    std::string const tail = GENERATE("{\"step\": 2, \"val", "{\"step\": 2, \"val\n", "\xff\xff\n");
    append_text(folder / "a.jsonl", tail);
    {
        RowLog log(folder / "a", {"step", "value"}, 10);
        CHECK(log.rows().size() == 1);
        log.append({2.0, 3.0});
    }
    CHECK(text_of(folder / "a.jsonl") == "{\"step\": 1, \"value\": 2}\n{\"step\": 2, \"value\": 3}\n");
    append_text(folder / "a.jsonl", "damaged\n{\"step\": 4, \"value\": 3}\n");
    CHECK_THAT(message_of([&] { RowLog(folder / "a", {"step", "value"}, 10); }), Catch::Contains("line 3 is not JSON"));
}
