// Building blocks of the HTML reports, and the report of a training run.
#include "recon/pictures/chart.h"
#include "recon/pictures/html.h"
#include "recon/pictures/ticks.h"
#include "recon/training/training_report.h"
#include "tests/support/devices.h"
#include "tests/support/run_program.h"

#include <algorithm>
#include <limits>
#include <pugixml.hpp>
#include <regex>

using namespace tessera;
using namespace tessera::report;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Well-formed, and the document of it.
void parse(pugi::xml_document& document, std::string const& xml) {
    auto const result = document.load_string(xml.c_str());
    INFO(result.description() << " at " << xml.substr(static_cast<std::size_t>(result.offset), 80));
    REQUIRE(result);
}

std::vector<std::string> paths_of(std::string const& chart) {
    pugi::xml_document document;
    parse(document, chart);
    std::vector<std::string> paths;
    for (auto const& g : document.child("svg").children("g")) paths.emplace_back(g.child("path").attribute("d").value());
    return paths;
}

std::ptrdiff_t count(std::string const& text, char c) { return std::count(text.begin(), text.end(), c); }

Tensor<real> constant(Shape const& shape, real value) {
    return Tensor<real>::from(Context(), shape, std::vector<real>(static_cast<std::size_t>(shape.size()), value));
}

} // namespace

TEST_CASE("text is escaped", "[report]") {
    CHECK(escape("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
    Page page("<script>");
    page.heading("<b>").paragraph("<i>").add(html(Table{{"<u>"}, {{"<s>"}}, "<em>"}));
    CHECK(page.str().find("<script>") == std::string::npos);
    for (char const* tag : {"<b>", "<i>", "<u>", "<s>", "<em>"}) CHECK(page.str().find(tag) == std::string::npos);
    CHECK_THAT(svg({"<b>", "<b>", "<b>", {{"<b>", {0, 1}, {1, 2}}, {"<b>", {0, 1}, {1, 2}}}}), !Contains("<b>"));
    CHECK_THAT(image({}, "\"><b>"), !Contains("<b>"));
}

TEST_CASE("base64 by its definition", "[report]") {
    auto const encoded = [](std::string const& text) { return base64(std::as_bytes(std::span(text))); };
    CHECK(encoded("") == "");
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foobar") == "Zm9vYmFy");
    CHECK(encoded("\xff\xfe\xfb") == "//77");
}

TEST_CASE("numbers are short, and a dash where they are not finite", "[report]") {
    CHECK(number(0.5) == "0.5");
    CHECK(number(12345.678, 6) == "12345.7");
    CHECK(number(1e-5) == "1e-5");
    CHECK(number(2e+10) == "2e10");
    CHECK(number(1e-12) == "1e-12");
    CHECK(number(1e100) == "1e100");
    CHECK(number(kNan) == "\u2013");
}

TEST_CASE("columns of numbers are aligned right", "[report]") {
    auto const table = html(Table{{"case", "value"}, {{"a", "1.5"}, {"b", "-2e-3"}, {"c", number(kNan)}}, ""});
    CHECK_THAT(table, Contains("<td>a</td><td class=\"n\">1.5</td>") && Contains("<th>case</th><th class=\"n\">value</th>"));
    CHECK_THAT(html(Table{{"value"}, {{"1"}, {"one"}}, ""}), Contains("<td>1</td>"));
    CHECK_THROWS_WITH(html(Table{{"a", "b"}, {{"1"}}, ""}), Contains("a table row of 1 cells under a header of 2"));
}

TEST_CASE("ticks are round and within the range", "[report]") {
    CHECK(nice_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
    auto const small = nice_ticks(0.93, 1.04, 5);
    REQUIRE(small.size() == 6);
    CHECK(small.front() == Approx(0.94));
    CHECK(small.back() == Approx(1.04));
    CHECK_FALSE(std::signbit(nice_ticks(-0.5, 1, 3)[1]));
    CHECK(log_ticks(0.5, 2000, 5) == std::vector<double>{1, 10, 100, 1000});
    auto const few = log_ticks(0.9, 21, 5);
    REQUIRE(few.size() == 5);
    CHECK(few[1] == Approx(2));
    CHECK(few[4] == Approx(20));
    CHECK(log_ticks(1e-20, 1, 5).size() <= 6);
    double const above = std::nextafter(0.17543648911511694, 1); // a range of one rounding error has an end
    CHECK(nice_ticks(0.17543648911511694, above, 5).size() <= 6);
    CHECK(nice_ticks(-above, -0.17543648911511694, 5).size() <= 6);
    CHECK(log_ticks(0.17543648911511694, above, 5).size() <= 6);
    CHECK(log_ticks(1.1, 1.3, 5) == nice_ticks(1.1, 1.3, 5));
}

TEST_CASE("a chart has a gap where there is no value", "[report]") {
    auto const paths =
        paths_of(svg({"t", "x", "y", {{"a", {0, 1, 2, 3, 4}, {1, 2, kNan, 3, 4}}, {"b", {0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}}}}));
    REQUIRE(paths.size() == 2);
    CHECK(count(paths[0], 'M') == 2);
    CHECK(count(paths[0], 'L') == 2);
    CHECK(count(paths[1], 'M') == 1);
    CHECK(count(paths[1], 'L') == 4);
    // on a logarithmic axis zero cannot be shown
    CHECK(count(paths_of(svg({"t", "x", "y", {{"a", {0, 1, 2}, {1, 0, 2}}}, true}))[0], 'M') == 2);
}

TEST_CASE("curves that differ by rounding are drawn as one constant", "[report]") {
    double const value = 0.17543648911511694;
    bool const log = GENERATE(false, true);
    auto const paths =
        paths_of(svg({"t", "x", "y", {{"a", {0, 1}, {value, value}}, {"b", {0, 1}, {std::nextafter(value, 1), value}}}, log}));
    REQUIRE(paths.size() == 2);
    CHECK(paths[0] == paths[1]);
}

TEST_CASE("ticks that differ far behind the point are told apart", "[report]") {
    pugi::xml_document document;
    parse(document, svg({"t", "x", "y", {{"s", {100000000, 100000001}, {1.23456780, 1.23456790}, false}}, false}));
    for (char const* const anchor : {"end", "middle"}) {
        std::vector<std::string> labels;
        for (auto const& text : document.child("svg").children("text"))
            if (std::string(text.attribute("text-anchor").value()) == anchor) labels.emplace_back(text.child_value());
        REQUIRE(labels.size() > 3);
        std::sort(labels.begin(), labels.end());
        CAPTURE(labels);
        CHECK(std::adjacent_find(labels.begin(), labels.end()) == labels.end());
    }
}

TEST_CASE("points of a chart stand where the axes say", "[report]") {
    // y = x^2 over 1, 10, 100: a straight line on a logarithmic axis where x is the exponent
    auto const path = paths_of(svg({"t", "x", "y", {{"a", {0, 1, 2}, {1, 100, 10000}}}, true}))[0];
    std::smatch m;
    REQUIRE(std::regex_match(path, m, std::regex("M([0-9.]+) ([0-9.]+)L([0-9.]+) ([0-9.]+)L([0-9.]+) ([0-9.]+)")));
    CHECK(2 * std::stod(m[3]) == Approx(std::stod(m[1]) + std::stod(m[5])).margin(0.3));
    CHECK(2 * std::stod(m[4]) == Approx(std::stod(m[2]) + std::stod(m[6])).margin(0.3));
    CHECK(std::stod(m[2]) > std::stod(m[6])); // upwards on the page
}

TEST_CASE("a long series is thinned but keeps its spike", "[report]") {
    Series s{"a", {}, {}};
    for (int i = 0; i < 100000; ++i) s.x.push_back(i), s.y.push_back(i == 77777 ? 9 : i % 2);
    std::string const chart = svg({"t", "x", "y", {s}});
    CHECK(chart.size() < 60000);
    std::string const path = paths_of(chart)[0];
    double top = 1000;
    std::regex const point("[ML][0-9.]+ ([0-9.]+)");
    int high = 0;
    for (std::sregex_iterator i(path.begin(), path.end(), point), end; i != end; ++i) top = std::min(top, std::stod((*i)[1]));
    for (std::sregex_iterator i(path.begin(), path.end(), point), end; i != end; ++i) high += std::stod((*i)[1]) < top + 50;
    CHECK(high == 1);
}

TEST_CASE("charts of nothing, of a constant and of one point", "[report]") {
    CHECK_THAT(svg({"t", "x", "y", {}}), Contains("no values to show"));
    CHECK_THAT(svg({"t", "x", "y", {{"a", {1, 2}, {kNan, kNan}}}}), Contains("no values to show"));
    for (bool const log : {false, true})
        for (auto const& values : {std::vector<double>{5, 5}, {1e-9, 1e-9}, {3}}) {
            Series s{"a", {}, values};
            for (std::size_t i = 0; i < values.size(); ++i) s.x.push_back(double(i));
            std::string const chart = svg({"t", "x", "y", {s}, log});
            CHECK(paths_of(chart).size() == 1);
            CHECK_THAT(chart, !Contains("nan") && !Contains("inf"));
        }
    CHECK(paths_of(svg({"t", "x", "y", {{"zero", {0, 1}, {0, 0}}}})).size() == 1);
    CHECK_THROWS_WITH(svg({"t", "x", "y", {{"a", {0, 1}, {0}}}}), Contains("series a has 2 x and 1 y"));
}

TEST_CASE("a montage shows the same slices in the same window", "[report]") {
    auto const target = constant({4, 6, 8}, 2), input = constant({4, 6, 8}, 1), output = constant({4, 6, 8}, 2);
    output.view<3>()(2, 3, 4) = real(2.2); // the centre
    auto const montage = make_montage(against_target(input, output, target, 5), {1, 1, 1});
    CHECK(montage.columns == std::vector<std::string>{"input", "output", "target", "|output \u2212 target| \u00d7 5"});
    REQUIRE(montage.rows.size() == 3);
    auto const& along_z = montage.pictures[0];
    CHECK(along_z[0].width == 8);
    CHECK(along_z[0].height == 6);
    CHECK(montage.pictures[2][0].width == 6);
    CHECK(along_z[0].channels == 1);
    CHECK(along_z[0].pixels[0] == 128);
    CHECK(along_z[2].pixels[0] == 255);
    // the error of 0.2 times 5 is half of the window; elsewhere the colour of zero
    CHECK(along_z[3].channels == 3);
    auto const pixel = [](Picture const& p, index_t row, index_t column) {
        auto const* const at = p.pixels.data() + 3 * (row * p.width + column);
        return std::vector<int>{at[0], at[1], at[2]};
    };
    CHECK(pixel(along_z[3], 0, 0) == std::vector<int>{0, 0, 4});
    auto const middle = pixel(along_z[3], 3, 4);
    CHECK(middle[0] == Approx(181).margin(1));
    CHECK(middle[1] == Approx(54).margin(1));
    CHECK_THAT(montage.windows, Contains("input, output, target: 0 to 2; ") && Contains("\u00d7 5: 0 to 0.4."));

    Picture const whole = compose(montage);
    CHECK(whole.channels == 3);
    CHECK(whole.width == 4 * 8 + 3 * 4);
    CHECK(whole.height == 6 + 4 + 4 + 4 + 4);
    CHECK(pixel(whole, 0, 0) == std::vector<int>{128, 128, 128});
    CHECK(pixel(whole, 3, 3 * 12 + 4) == middle);
    CHECK(pixel(whole, 18, 0) == std::vector<int>{0, 0, 0}); // along x is narrower and centred
    CHECK(pixel(whole, 18, 1) == std::vector<int>{128, 128, 128});

    CHECK(make_montage(against_target(constant({1, 2, 2}, 1), constant({1, 2, 2}, 1), constant({1, 2, 2}, 1), 5), {1, 1, 1}).rows.size() ==
        1);
    CHECK_THROWS_WITH(make_montage(against_target(constant({1, 2, 2}, 1), output, target, 5), {1, 1, 1}),
        Contains("output has shape [4, 6, 8], input has [1, 2, 2]"));
    CHECK_THROWS_WITH(make_montage({{"a", input, {1, 1}}}, {1, 1, 1}), Contains("the window of a from 1 to 1 is empty"));
    CHECK_THROWS_WITH(make_montage({}, {1, 1, 1}), Contains("no volumes"));
}

TEST_CASE("the report of a training run holds everything itself", "[report]") {
    TemporaryFolder const folder;
    TrainingReport r;
    r.title = "Training of R&D <1>";
    r.status = "Stopped after 100 steps.";
    r.terms = {"l1", "ssim"};
    r.facts = {{"device", "cpu"}};
    for (index_t step = 1; step <= 100; ++step)
        r.training.push_back({step, 1.0 / static_cast<double>(step), {0.5, 0.25}, 1e-3, {0.05, 0.1}, 1, kNan, kNan, 0.5, double(1 << 30)});
    auto const row = [](index_t step, double e) {
        return CaseRecord{step, "case", {e, 20, 0.9, 0.3, 1, 1}, {2 * e, 18, 0.8, 0.4, 1, 1}, 1.01};
    };
    for (auto const& [step, e] : {std::pair<index_t, double>{50, 0.125}, {100, 0.25}}) {
        r.validation.push_back(row(step, e));
        r.validation.push_back(mean_of({row(step, e)}));
    }
    auto const volume = constant({3, 4, 5}, 1);
    r.previews.push_back({"case, step 100", "", make_montage(against_target(volume, volume, volume, 5), {1, 1, 1})});
    write_report(folder / "report.html", r);
    std::string const page = text_of(folder / "report.html");
    CHECK(page == html(r));
    CHECK_THAT(page, Contains("Training of R&amp;D &lt;1&gt;") && Contains("Stopped after 100 steps.") && Contains("Learning rate"));
    CHECK_THAT(page, Contains("NRMSE 0.1250") && Contains("at step 50")); // the best
    CHECK_THAT(page, Contains("<td class=\"n\">0.2500</td>") && Contains("<td class=\"n\">0.5000</td>"));
    CHECK_THAT(page, !Contains("Residual of CG")); // there is none
    CHECK_THAT(page, Contains("00:50"));           // 100 steps of half a second
    auto const times = [&](std::string const& what) {
        std::ptrdiff_t n = 0;
        for (auto at = page.find(what); at != std::string::npos; at = page.find(what, at + 1)) ++n;
        return n;
    };
    CHECK(times("<img src=\"data:image/png;base64,iVBOR") == 12); // 3 directions of 4 volumes
    CHECK(times("src=") == 12);
    CHECK(times("<script") + times("href") + times("url(") + times("@import") == 0);

    pugi::xml_document document; // every element is closed; HTML's void elements apart
    parse(document, std::regex_replace(page, std::regex("<(!DOCTYPE|meta|img)[^>]*>"), ""));
}

TEST_CASE("the report of a run that has just begun", "[report]") {
    TrainingReport r;
    r.title = "new";
    CHECK_THAT(html(r), Contains("no values to show") && Contains("no validation yet"));
}
