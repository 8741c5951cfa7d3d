#include "core/terminal/progress.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <sstream>

using namespace tessera;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

struct Fixture {
    std::ostringstream out;
    double now = 100;
    ProgressOutput output(bool terminal, int width = 80) {
        return {.stream = &out, .terminal = terminal, .width = width, .seconds = [this] { return now; }};
    }
};

} // namespace

TEST_CASE("progress on a terminal rewrites one line", "[progress]") {
    Fixture f;
    {
        Progress p("CG", 40, f.output(true));
        f.now += 3;
        p.update(10, "residual 1.0e-02");
        CHECK(f.out.str() == "\rCG [=====               ] 10/40 in 00:03, 00:09 left, residual 1.0e-02\x1b[K");
        f.now += 0.01; // too early to draw again
        p.step();
        CHECK_THAT(f.out.str(), !Contains("11/40"));
        f.now += 8.99;
        p.update(40, "residual 1.0e-04");
    }
    std::string const text = f.out.str();
    CHECK_THAT(text, EndsWith("\rCG [====================] 40/40 in 00:12, residual 1.0e-04\x1b[K\n"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("progress fits a narrow terminal", "[progress]") {
    Fixture f;
    Progress p("a long title", 4, f.output(true, 20));
    f.now += 1;
    p.step();
    CHECK(f.out.str() == "\ra long title [=====\x1b[K");
}

TEST_CASE("progress elsewhere writes few lines", "[progress]") {
    Fixture f;
    {
        Progress p("training", 36000, f.output(false));
        for (int i = 0; i < 36000; ++i) {
            f.now += 1;
            p.step();
        }
    }
    std::string const text = f.out.str();
    auto const lines = std::count(text.begin(), text.end(), '\n');
    CHECK(lines > 20);
    CHECK(lines < 100); // ten hours
    CHECK_THAT(text, Contains("training: 10/36000 in 00:10, 9:59:50 left\n"));
    CHECK_THAT(text, EndsWith("training: 36000/36000 in 10:00:00\n"));
    CHECK_THAT(text, !Contains("\r"));
}

TEST_CASE("progress that is cut short says where", "[progress]") {
    Fixture f;
    {
        Progress p("CG", 10, f.output(false));
        p.step();
        f.now += 5;
        p.update(3);
    }
    CHECK(f.out.str() == "CG: 3/10 in 00:05\n");
    {
        Progress silent("never begun", 10, f.output(false));
        Progress nowhere("silent", 10, ProgressOutput{});
        nowhere.step();
    }
    CHECK(f.out.str() == "CG: 3/10 in 00:05\n");
}

TEST_CASE("durations", "[progress]") {
    CHECK(format_duration(0) == "00:00");
    CHECK(format_duration(59.6) == "01:00");
    CHECK(format_duration(3725) == "1:02:05");
    CHECK(format_duration(-1) == "00:00");
}
