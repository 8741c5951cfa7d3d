#include "recon/simulation/ellipsoids.h"
#include "recon/simulation/trajectories.h"
#include "tests/support/devices.h"
#include "tests/support/direct_sum.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// Relative error of the direct sum over a painted volume against the closed form.
double painted_error(EllipsoidPhantom const& phantom, SamplingGrid const& grid, index_t supersample, Tensor<real> const& trajectory) {
    SamplingGrid const fine = grid.refined(supersample);
    std::vector<complex> volume;
    for (real const v : phantom.magnitude(fine).to_host()) volume.push_back({v, 0});
    auto painted = direct_nufft(volume, trajectory.to_host(), fine.matrix, false);
    double const ratio = static_cast<double>(fine.matrix[0] * fine.matrix[1] * fine.matrix[2]) /
        static_cast<double>(grid.matrix[0] * grid.matrix[1] * grid.matrix[2]);
    for (complex& v : painted) v = static_cast<real>(1 / std::sqrt(ratio)) * v;
    return relative_error(painted, phantom.kspace(grid, trajectory).to_host());
}

} // namespace

TEST_CASE("the closed form is the limit of ever finer grids", "[ellipsoids]") {
    bool const flat = GENERATE(false, true);
    SamplingGrid const grid(flat ? Matrix{1, 18, 15} : Matrix{12, 14, 11}, {flat ? 5.0 : 300, 300, 360});
    EllipsoidPhantom const phantom({{turned({0.05, -0.04, 0.06}, {0.3, 0.2, 0.25}, 0.5, flat ? 0 : 0.3, flat ? 0 : -0.2), 1.0},
        {turned({-0.1, 0.1, 0}, {0.1, 0.15, 0.2}, -0.4, 0, 0), -0.4}});
    TrajectoryConfig config;
    config.kind = flat ? TrajectoryKind::radial_2d : TrajectoryKind::koosh_ball;
    config.readouts = 7;
    auto const trajectory = make_trajectory(config, grid.matrix);
    double const coarse = painted_error(phantom, grid, 2, trajectory), fine = painted_error(phantom, grid, 4, trajectory);
    CHECK(coarse < 0.05);
    CHECK(fine < 0.015);
    CHECK(fine < 0.5 * coarse);
}

TEST_CASE("at the centre of k-space the closed form is the sum of the signal", "[ellipsoids]") {
    SamplingGrid const grid({20, 20, 20}, {400, 400, 400});
    auto const centre = Tensor<real>::zeros(Context(Device::cpu), {1, 1, 3});
    EllipsoidPhantom const ball({{turned({0.1, 0, 0}, {0.2, 0.2, 0.2}, 0, 0, 0), 3.0}});
    auto const value = ball.kspace(grid, centre).to_host()[0];
    CHECK(value.re == Approx(3 * 4.0 / 3 * 3.14159265 * 0.008 * std::sqrt(8000.0)));
    CHECK(value.im == Approx(0).margin(1e-6));

    double sum = 0;
    auto const head = EllipsoidPhantom::head();
    for (real const v : head.magnitude(grid.refined(2)).to_host()) sum += v / 8;
    CHECK(head.kspace(grid, centre).to_host()[0].re == Approx(sum / std::sqrt(8000.0)).epsilon(0.01));
}

TEST_CASE("a tilted ellipsoid has no 2D k-space in closed form", "[ellipsoids]") {
    EllipsoidPhantom const tilted({{turned({0, 0, 0}, {0.3, 0.2, 0.1}, 0, 0.3, 0), 1.0}});
    auto const centre = Tensor<real>::zeros(Context(Device::cpu), {1, 1, 3});
    CHECK_THROWS_WITH(tilted.kspace(SamplingGrid({1, 8, 8}, {1, 1, 1}), centre), Catch::Contains("2D"));
}
