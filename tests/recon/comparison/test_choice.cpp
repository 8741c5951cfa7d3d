// Readouts that decide on lambda are not those that the result is judged on.
#include "recon/comparison/comparison.h"
#include "recon/formats/read.h"
#include "recon/methods/choose_lambda.h"
#include "recon/sense/held_out.h"
#include "tests/support/recon_scan.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("lambda is chosen on other readouts than it is scored on", "[comparison]") {
    TemporaryFolder const folder;
    auto a = small_scan({12, 12, 12}, 2, 2, 1, 30);
    a.reference.reset();
    write_acquisition(folder / "scan.h5", a);
    ComparisonConfig config;
    config.maps.source = MapsSource::file;
    config.density.kind = DensityKind::radial;
    config.held_out = 0.2;
    config.trust.files = 0;
    config.methods.resize(1);
    config.methods[0].method = Method::cg_sense;
    config.methods[0].cg.iterations = 3;
    config.methods[0].sweep.lambda = {0.05, 0.5};
    Context const context;
    auto const found = compare_methods(context, config, {folder / "scan.h5"}, 0).result.methods[0];

    auto const scan = prepare_scan(context, read_acquisition(folder / "scan.h5"), config, true);
    auto const without = hold_out(scan, 0.2, config.trust.seed).used;
    auto const expected = choose_lambda(without, config, config.methods[0], {}),
               leaking = choose_lambda(scan, config, config.methods[0], {});
    REQUIRE(found.sweep.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(found.sweep[i].score == Approx(expected.rows[i].score).epsilon(1e-4));
        CHECK(std::abs(found.sweep[i].score - leaking.rows[i].score) > 1e-3 * leaking.rows[i].score);
    }
}
