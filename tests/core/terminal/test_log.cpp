#include "core/terminal/log.h"

#include "core/error.h"
#include "tests/support/catch.h"

#include <fstream>
#include <regex>
#include <sstream>

using namespace tessera;
using Catch::Matchers::Contains;

namespace {
std::string contents(std::string const& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}
} // namespace

TEST_CASE("a log file takes every level while it lives", "[log]") {
    std::string const file = TESSERA_BINARY_DIR "/test_log.txt";
    set_log_level(LogLevel::error); // keep the test's own output clean
    CHECK_FALSE(log_enabled(LogLevel::warn));
    {
        LogFile const log(file);
        CHECK(log_enabled(LogLevel::debug));
        log_debug("grid {}", 160);
        log_info("read {} coils {{}}", 8);
        log_warn("no weights");
    }
    CHECK_FALSE(log_enabled(LogLevel::debug));
    log_info("not in the file");
    set_log_level(LogLevel::info);

    std::string const text = contents(file);
    std::string const time = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\.[0-9]{3} ";
    CHECK(std::regex_match(text,
        std::regex(time + "debug +grid 160\n" + time + "info +read 8 coils \\{\\}\n" + time + "warning +no weights\n")));
    std::filesystem::remove(file);
    CHECK_THROWS_WITH(LogFile("/proc/no/such/log.txt"), Contains("/proc/no/such/log.txt"));
}
