// Figures of weights on a scan unlike their training carry their warning wherever they stand.
#include "recon/comparison/comparison_report.h"
#include "tests/support/catch.h"

using namespace tessera;
using Catch::Matchers::Contains;

namespace {

std::vector<CaseResult> warned_case() {
    CaseResult c;
    c.name = "scan";
    c.matrix = {4, 5, 6};
    for (char const* name : {"cg-sense", "mbdl"}) {
        MethodResult r;
        r.name = name;
        r.repeat_difference = name[0] == 'm' ? 0.01 : 0.2;
        r.seconds = name[0] == 'm' ? 1 : 2;
        c.methods.push_back(r);
    }
    c.methods[1].warnings = {"weights w.safetensors were trained on scans with coils from 8 to 8, this one has 2"};
    return {c};
}

std::string html_of(std::vector<CaseResult> const& cases) {
    report::ComparisonReport report;
    report.title = "t";
    report.cases = cases;
    return report::html(report);
}

} // namespace

TEST_CASE("a method whose figures come with warnings is marked in every table, and the warning stands below", "[comparison]") {
    auto const cases = warned_case();
    auto const measures = measures_in(cases);
    CHECK(case_table(cases[0], measures).rows[0][0] == "cg-sense");
    CHECK(case_table(cases[0], measures).rows[1][0] == "mbdl \u26a0");
    auto const text = markdown(cases, 0);
    CHECK_THAT(text, Contains("| mbdl \u26a0 |") && Contains("\u26a0 mbdl: weights w.safetensors were trained on"));
    CHECK_THAT(html_of(cases), Contains("mbdl \u26a0") && Contains("weights w.safetensors were trained on"));
    auto two = warned_case();
    two.push_back(two[0]);
    two[1].methods[1].warnings.clear();
    CHECK(summary_table(two, measures).rows[1][0] == "mbdl \u26a0"); // of one case is enough
    CHECK(warnings_of(two[0]).size() == 1);
    CHECK(warnings_of(two[1]).empty());
}

TEST_CASE("a method whose figures come with warnings is not the best of what knows no reference", "[comparison]") {
    auto cases = warned_case();
    auto const strong = [&] {
        auto const html = html_of(cases);
        auto const first = html.find("0.0100"), from = html.rfind('<', first);
        return html.substr(from, first - from);
    };
    auto const warned = strong();
    cases[0].methods[1].warnings.clear();
    CHECK(strong() != warned); // the cell of "repeat" was not bold
}
