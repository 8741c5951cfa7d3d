// Which regularisation weight is chosen.
#include "recon/methods/choose_lambda.h"
#include "tests/support/recon_scan.h"

#include <cmath>

using namespace tessera;
using namespace tessera::test;

namespace {

/// A noisy, undersampled scan, prepared.
Scan noisy_scan(Context const& ctx, ScanConfig& prepared) {
    prepared.maps.source = MapsSource::file;
    prepared.density.kind = DensityKind::radial;
    return prepare_scan(ctx, small_scan({12, 14, 16}, 4, 3, 1, 8), prepared, true);
}

MethodConfig cg(std::vector<double> const& lambda) {
    MethodConfig config;
    config.method = Method::cg_sense;
    config.sweep.lambda = lambda;
    return config;
}

} // namespace

TEST_CASE("weights of a sweep are the list and the range, ascending and each once", "[sweep]") {
    SweepConfig config;
    CHECK(config.weights().empty());
    config.lambda = {0.5, 0.1};
    config.range = LambdaRange{0.01, 1, 3};
    auto const all = config.weights();
    REQUIRE(all.size() == 4);
    CHECK(all[0] == 0.01);
    CHECK(all[1] == Approx(0.1));
    CHECK(all[2] == 0.5);
    CHECK(all[3] == 1);
    config.lambda = {1};
    CHECK(config.weights().size() == 3);
    config.range = LambdaRange{0.2, 1, 1};
    CHECK(config.weights() == std::vector<double>{0.2, 1});
}

TEST_CASE("the best row has the least error or the most similarity", "[sweep]") {
    std::vector<SweepRow> const rows{{0.1, 3}, {0.2, 1}, {0.3, 2}};
    CHECK(best_of(rows, SweepMetric::nrmse).lambda == 0.2);
    CHECK(best_of(rows, SweepMetric::hfen).lambda == 0.2);
    CHECK(best_of(rows, SweepMetric::held_out).lambda == 0.2);
    CHECK(best_of(rows, SweepMetric::psnr).lambda == 0.1);
    CHECK(best_of(rows, SweepMetric::ssim_2d).lambda == 0.1);
    CHECK_THROWS_WITH(best_of({}, SweepMetric::psnr), Catch::Contains("no weights"));
    CHECK_THROWS_WITH(best_of({{0.1, std::nan("")}}, SweepMetric::psnr), Catch::Contains("the psnr of lambda 0.1 is not a number"));
}

TEST_CASE("a sweep takes the weight whose image is closest to the reference", "[sweep]") {
    Context const ctx;
    ScanConfig prepared;
    auto const scan = noisy_scan(ctx, prepared);
    std::vector<double> const weights{0.001, 0.5, 50};
    for (auto const metric : {SweepMetric::nrmse, SweepMetric::ssim}) {
        auto config = cg(weights);
        config.sweep.metric = metric;
        auto const choice = choose_lambda(scan, prepared, config);
        REQUIRE(choice.rows.size() == 3);
        REQUIRE(choice.metric == metric);
        auto const mask = object_mask(*scan.expected);
        double best = greater_is_better(metric) ? -1e9 : 1e9, lambda = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) { // as a user would do it by hand
            auto one = cg({});
            one.cg.lambda = weights[i];
            double const score = value_of(metric, quality(magnitude(Reconstructor(scan, prepared)(one)), *scan.expected, mask));
            CHECK(choice.rows[i].lambda == weights[i]);
            CHECK(choice.rows[i].score == Approx(score).epsilon(1e-6));
            if (greater_is_better(metric) ? score > best : score < best) {
                best = score;
                lambda = weights[i];
            }
        }
        CHECK(choice.config.cg.lambda == lambda);
    }
    CHECK(choose_lambda(scan, prepared, cg({})).rows.empty()); // nothing to choose
}

TEST_CASE("without a reference the readouts that were left out decide", "[sweep]") {
    Context const ctx;
    ScanConfig prepared;
    auto scan = noisy_scan(ctx, prepared);
    scan.expected.reset();
    auto const choice = choose_lambda(scan, prepared, cg({0.001, 0.5, 500}));
    CHECK(choice.metric == SweepMetric::held_out);
    CHECK(choice.config.cg.lambda == 0.5);
    for (auto const& row : choice.rows) CHECK(row.score > 0.05); // noise cannot be predicted
    CHECK(choice.rows[2].score > 0.9);                           // an image near zero predicts nothing
    CHECK(csv(choice).starts_with("lambda,held_out\n0.001,"));

    auto wrong = cg({1});
    wrong.sweep.metric = SweepMetric::hfen;
    CHECK_THROWS_WITH(choose_lambda(scan, prepared, wrong), Catch::Contains("metric hfen needs a reference"));
    wrong.method = Method::gridding;
    CHECK_THROWS_WITH(choose_lambda(scan, prepared, wrong), Catch::Contains("gridding has no regularisation weight"));
}
