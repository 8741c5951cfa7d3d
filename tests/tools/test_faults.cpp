// A small round of tools/faults.sh: programs killed, without disk and without memory leave nothing half-written.
#include "tests/support/catch.h"
#include "tests/support/run_program.h"

using namespace tessera::test;

TEST_CASE("machines that fail leave nothing half-written", "[faults]") {
    TemporaryFolder const folder;
    auto const log = folder / "log";
    int const status =
        std::system((TESSERA_SOURCE_DIR "/tools/faults.sh 1 " TESSERA_BINARY_DIR "/tools > " + log.string() + " 2>&1").c_str());
    CAPTURE(text_of(log));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_THAT(text_of(log), Catch::Contains(" held, 0 broken"));
}
