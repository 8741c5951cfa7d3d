// Edges whose steepness is known.
#include "recon/metrics/edge_steepness.h"
#include "tests/support/acquisitions.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// [24, 5, 4]: 1 below plane `at`, 0 above, with a ramp of `width` voxels; column 0 is empty.
Tensor<real> ramp(double at, double width) {
    Tensor<real> const volume(Context(), {24, 5, 4});
    for (index_t z = 0; z < 24; ++z)
        for (index_t c = 0; c < 20; ++c)
            volume.data()[20 * z + c] = c == 0 ? 0 : static_cast<real>(std::clamp(0.5 + (at - static_cast<double>(z)) / width, 0.0, 1.0));
    return volume;
}

} // namespace

TEST_CASE("an edge that is twice as wide is half as steep", "[metrics]") {
    auto const sharp = ramp(11, 3), blurred = ramp(12, 6);
    auto const same_edge = edge_steepness(sharp, sharp), wider = edge_steepness(blurred, sharp);
    CHECK(same_edge.columns == 19);
    CHECK(same_edge.ratio == Approx(1));
    CHECK(wider.ratio == Approx(0.5));
    CHECK(edge_steepness(ramp(18, 3), sharp).ratio == Approx(0).margin(1e-6)); // too far away
    Tensor<real> const upside_down(Context(), sharp.shape());
    for (index_t z = 0; z < 24; ++z)
        for (index_t c = 0; c < 20; ++c) upside_down.data()[20 * z + c] = sharp.data()[20 * (22 - std::min<index_t>(z, 22)) + c];
    CHECK(edge_steepness(upside_down, sharp).ratio == Approx(0).margin(1e-6)); // the other direction is another edge
}

TEST_CASE("without edges there is nothing to measure", "[metrics]") {
    auto const gentle = ramp(11, 40);
    CHECK(edge_steepness(gentle, gentle).columns == 0);
    CHECK(std::isnan(edge_steepness(gentle, gentle).ratio));
    auto const zero = Tensor<real>::zeros(Context(), {24, 5, 4});
    CHECK(edge_steepness(gentle, zero).columns == 0);
    Tensor<real> const plane(Context(), {1, 2, 2});
    std::ranges::fill(plane.host(), real(1));
    CHECK(edge_steepness(plane, plane).columns == 0);
    CHECK_THAT(message_of([&] { edge_steepness(gentle, plane); }), Catch::Contains("edge steepness: an image of shape"));
}
