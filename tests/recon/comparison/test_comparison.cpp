// Tables and pictures of comparisons, and the comparison of a small scan.
#include "recon/comparison/comparison_report.h"
#include "tests/support/recon_scan.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;
using Catch::Contains;

namespace {

MethodResult result(std::string name, double nrmse, double seconds) {
    MethodResult r;
    r.name = std::move(name);
    ImageQuality q;
    q.nrmse = nrmse;
    q.psnr = 30;
    q.ssim = q.ssim_2d = 0.9;
    q.hfen = 0.1;
    r.object = q;
    r.seconds = seconds;
    return r;
}

std::vector<CaseResult> two_cases() {
    CaseResult a{"a \"first\"", {4, 5, 6}, {result("cg|sense", 0.2, 1), result("mbdl", 0.1, 2)}};
    CaseResult b{"b", {7, 8, 9}, {result("cg|sense", 0.4, 3), result("mbdl", 0.2, 4)}};
    a.methods[0].lambda = 0.05;
    return {a, b};
}

std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("comparison tables have what was measured, with means, deviations and differences of pairs", "[comparison]") {
    auto const cases = two_cases();
    auto const measures = measures_in(cases);
    REQUIRE(measures.size() == 6); // five metrics in the object, and the time
    CHECK(std::string(measures[0].key) == "nrmse");
    CHECK(values_of(cases, measures[0], 1) == std::vector<double>{0.1, 0.2});

    auto const summary = summary_table(cases, measures);
    CHECK(summary.header[1] == "NRMSE");
    CHECK(summary.rows[0][1] == "0.3000 \u00b1 0.1414");
    auto const differences = difference_table(cases, measures, 0);
    REQUIRE(differences.rows.size() == 1);
    CHECK(differences.rows[0][0] == "mbdl");
    CHECK(differences.rows[0][1] == "-0.1500"); // two cases: no interval
    auto three = cases;
    three.push_back({"c", {7, 8, 9}, {result("cg|sense", 0.5, 3), result("mbdl", 0.35, 4)}});
    // differences -0.1, -0.2, -0.15: mean -0.15, deviation 0.05, interval 4.3027 x 0.0289
    CHECK(difference_table(three, measures, 0).rows[0][1] == "-0.1500 [-0.2742, -0.0258]");
    CHECK_THAT(markdown(three, 0), Contains("Mean difference from cg|sense over the same cases [95 % confidence interval]"));
    CHECK(case_table(cases[0], measures).rows[0][1] == "0.05");
    CHECK(case_table(cases[0], measures).rows[1][1] == "\u2013");

    auto const text = markdown(cases, 0);
    CHECK_THAT(text,
        Contains("| cg\\|sense | 0.05 | 0.2000 |") && Contains("over 2 cases") &&
            Contains("Mean difference from cg|sense over the same cases:"));

    auto const lines = lines_of(csv(cases));
    REQUIRE(lines.size() == 1 + 4 + 4); // names, cases, means and deviations
    CHECK(lines[0].starts_with("case,matrix,method,lambda,nrmse,psnr_db"));
    CHECK(lines[1].starts_with("\"a \"\"first\"\"\",4x5x6,cg|sense,0.05,0.2,30,"));
    CHECK(lines[5].starts_with("mean,,cg|sense,,0.3"));
    auto const commas = [](std::string const& line) { return std::count(line.begin(), line.end(), ','); };
    for (auto const& line : lines) CHECK(commas(line) == commas(lines[0]));
}

TEST_CASE("methods of a comparison have names of their own", "[comparison]") {
    ComparisonConfig config;
    auto const usual = config.named_methods();
    REQUIRE(usual.size() == 4);
    CHECK(usual[2].name == "l1-wavelet");
    CHECK(usual[2].sweep.weights().size() > 4);
    config.weights = "w.safetensors";
    CHECK(config.named_methods().back().name == "mbdl");
    CHECK(config.named_methods().back().mbdl.weights == "w.safetensors");
    config.methods.resize(2);
    CHECK_THROWS_WITH(config.named_methods(), Contains("/methods: two are called \"cg-sense\""));
    config.methods[1].name = "smooth";
    CHECK(config.named_methods().size() == 3);
}

TEST_CASE("pictures of a comparison share one window, and errors are as bright as they are said to be", "[comparison]") {
    Context const host;
    auto const volume = [&](std::uint64_t seed) {
        auto const t = Tensor<real>::from(host, {6, 8, 10}, random_real(480, static_cast<unsigned>(seed), 0.0, 1.0));
        return t;
    };
    CaseImages images;
    images.name = "case";
    images.methods = {"one", "two"};
    images.images = {volume(1), volume(2)};
    images.reference = volume(3);
    auto const p = report::make_pictures(images, 4);
    REQUIRE(p.montages.size() == 3);
    CHECK_THAT(p.montages[0].second.windows, Contains("reference, one, two: 0 to"));
    CHECK(p.montages[0].second.columns == std::vector<std::string>{"reference", "one", "two"});
    CHECK_THAT(p.montages[2].first, Contains("4 times brighter"));
    REQUIRE(p.profile.series.size() == 3);
    CHECK(p.profile.series[0].y.size() == 10);
    CHECK(p.profile.series[0].faint);
    CHECK(p.profile.series[0].x[5] == 0); // the centre
    images.reference.reset();
    images.repeats = {volume(4), volume(5)};
    CHECK(report::make_pictures(images, 4).montages.size() == 3);
    for (auto& map : images.repeats) // faint ones are shown in a scale of their own
        for (real& v : map.host()) v *= real(0.03);
    auto const faint = report::make_pictures(images, 4).montages[2];
    CHECK_THAT(faint.first, Contains("20 times brighter"));
    CHECK_THAT(faint.second.rows[0], Contains("along z, R to L, A down to P"));
    CHECK_THAT(faint.second.rows[1], Contains("along y, R to L, S down to I"));
    images.images.pop_back();
    CHECK_THROWS_WITH(report::make_pictures(images, 4), Contains("1 images of 2 methods"));
}

TEST_CASE("a comparison finds what each method does to a scan", "[comparison]") {
    TemporaryFolder const folder;
    write_acquisition(folder / "scan.h5", small_scan({20, 22, 24}, 4, 2, 1, 30));
    ComparisonConfig config;
    config.maps.source = MapsSource::file;
    config.density.kind = DensityKind::radial;
    config.held_out = 0.2;
    config.trust.lesion.radius = 1.5;
    config.methods.resize(3);
    config.methods[0].method = Method::gridding;
    config.methods[0].gridding.combine = CoilCombination::maps;
    config.methods[1].method = Method::cg_sense;
    config.methods[1].sweep.lambda = {0.01, 0.1, 1};
    config.methods[2].method = Method::cg_sense;
    config.methods[2].name = "blurred";
    config.methods[2].cg.lambda = 100;
    Context const ctx;
    std::vector<std::string> said;
    auto const compared = compare_methods(ctx, config, {folder / "scan.h5"}, 0, [&](std::string const& what) {
        said.push_back(what);
        return MethodProgress{};
    });
    auto const& [gridding, sense, blurred] = std::tie(compared.result.methods[0], compared.result.methods[1], compared.result.methods[2]);
    CHECK(compared.result.matrix == Matrix{20, 22, 24});
    CHECK(said.size() == 9); // three methods, each with a lesion and with other noise
    CHECK(sense.sweep.size() == 3);
    CHECK((sense.lambda == 0.01 || sense.lambda == 0.1 || sense.lambda == 1));
    CHECK_FALSE(gridding.lambda);
    CHECK(sense.object->nrmse < gridding.object->nrmse);
    for (auto const& m : compared.result.methods) {
        CAPTURE(m.name);
        CHECK(m.seconds > 0);
        CHECK(m.peak_bytes > 20 * 22 * 24 * 8 * 4); // the maps alone
        CHECK((m.kspace_error > 0 && m.kspace_error < 1.1));
        CHECK(m.repeat_difference > 0);
        CHECK(std::isnan(m.seam));
    }
    for (auto const* m : {&sense, &blurred}) // what lambda takes from the whole image, nearly all of it, is given back
        CHECK(m->lesion_recovery == Approx(1).margin(0.15));
    CHECK(blurred.kspace_error > sense.kspace_error);
    CHECK(compared.images.images.size() == 3);
    CHECK(compared.images.lesions.size() == 3);
    // images are scaled to the reference, also the one that lambda has shrunk
    CHECK(fit_scale(compared.images.images[2], *compared.images.reference, object_mask(*compared.images.reference)) ==
        Approx(1).epsilon(1e-3));

    report::ComparisonReport r;
    r.title = "Test";
    r.cases = {compared.result};
    r.pictures = {report::make_pictures(compared.images, 5)};
    auto const page = report::html(r);
    CHECK_THAT(page, Contains("<b>") && Contains("Inserted lesion") && Contains("choice of \u03bb by nrmse") && Contains("Line along x"));
    CHECK(page.find("http") == page.find("http://www.w3.org")); // nothing is loaded from elsewhere
}
