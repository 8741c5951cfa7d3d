#include "recon/simulation/phantom.h"
#include "tests/support/catch.h"

#include <map>

using namespace tessera;

namespace {

double sum(Tensor<real> const& volume) {
    double total = 0;
    for (real const v : volume.host()) total += v;
    return total;
}

Tensor<complex> ones(SamplingGrid const& grid) {
    Tensor<complex> const volume(Context(Device::cpu), {grid.matrix[0], grid.matrix[1], grid.matrix[2]});
    for (complex& v : volume.host()) v = {1, 0};
    return volume;
}

} // namespace

TEST_CASE("painted volumes have the volume of their shapes", "[phantom]") {
    Vector3 const from{-0.31, -0.12, -0.2}, to{0.24, 0.21, 0.13};
    index_t const n = GENERATE(32, 64);
    SamplingGrid const grid({n, n, n}, {1, 1, 1});
    double const cell = std::pow(grid.voxel(), 3);
    double const radius = GENERATE(0.004, 0.012, 0.05); // 0.13 to 3 voxels
    double const tube = sum(paint(grid, {{1.0, {Tube{from, to, radius, radius}}, {}}})) * cell;
    double const pi = 3.14159265358979, expected = pi * radius * radius * (norm(to - from) + 4.0 / 3 * radius);
    CHECK(tube == Approx(expected).epsilon(0.05));

    double const ball = sum(paint(grid, {{2.0, {turned({0.05, 0, 0.1}, {0.2, 0.15, 0.3}, 0.4, 0.3, -0.5)}, {}}})) * cell;
    CHECK(ball == Approx(2 * 4.0 / 3 * pi * 0.2 * 0.15 * 0.3).epsilon(0.01));
}

TEST_CASE("a later tissue covers an earlier one, and a union counts once", "[phantom]") {
    SamplingGrid const grid({1, 33, 33}, {1, 1, 1});
    Ellipsoid const large = turned({0, 0, 0}, {0.4, 0.4, 0.4}, 0, 0, 0), small = turned({0.1, 0, 0}, {0.1, 0.1, 0.1}, 0, 0, 0);
    auto const volume = paint(grid, {{0.5, {large, large}, {}}, {0.1, {small}, {}}});
    auto const v = volume.view<3>();
    CHECK(v(0, 16, 6) == Approx(0.5));
    CHECK(v(0, 16, 19) == Approx(0.1)); // at x = 0.09
    CHECK(v(0, 0, 0) == 0);
}

TEST_CASE("vessel trees branch by Murray's law and hang together", "[phantom]") {
    Thorax const thorax(GENERATE(1, 7));
    REQUIRE(thorax.pulmonary_vessels().size() == 8);
    for (VesselTree const& tree : thorax.pulmonary_vessels()) {
        auto const n = static_cast<index_t>(tree.segments.size());
        REQUIRE(n > 50);
        CHECK(tree.parents.size() == tree.segments.size());
        CHECK(*std::max_element(tree.generations.begin(), tree.generations.end()) >= 5);
        std::map<index_t, std::vector<double>> daughters;
        for (index_t i = 0; i < n; ++i) {
            Tube const& t = tree.segments[i];
            CHECK(t.radius_to < t.radius_from);
            for (int d = 0; d < 3; ++d) CHECK(std::abs(t.to[d]) < 0.5);
            if (tree.parents[i] < 0) continue;
            REQUIRE(tree.parents[i] < i);
            Tube const& parent = tree.segments[tree.parents[i]];
            CHECK(norm(parent.to - t.from) == 0);
            CHECK(t.radius_from <= parent.radius_to * (1 + 1e-12));
            if (tree.generations[i] > tree.generations[tree.parents[i]]) daughters[tree.parents[i]].push_back(t.radius_from);
        }
        int bifurcations = 0;
        for (auto const& [parent, radii] : daughters)
            if (radii.size() == 2) {
                ++bifurcations;
                CHECK(std::pow(radii[0], 3) + std::pow(radii[1], 3) == Approx(std::pow(tree.segments[parent].radius_to, 3)));
            }
        CHECK(bifurcations > 10);
    }
}

TEST_CASE("a thorax is one patient on every matrix, and another one with another seed", "[phantom]") {
    Thorax const thorax(3);
    Vector3 const fov{400, 300, 400};
    auto const coarse = thorax.magnitude(SamplingGrid({32, 24, 32}, fov)), fine = thorax.magnitude(SamplingGrid({64, 48, 64}, fov));
    CHECK(sum(fine) / fine.size() == Approx(sum(coarse) / coarse.size()).epsilon(0.02));

    auto const slice = thorax.magnitude(SamplingGrid({1, 24, 32}, fov));
    double worst = 0;
    for (index_t i = 0; i < slice.size(); ++i) worst = std::max(worst, std::abs(double(slice.data()[i]) - coarse[16].data()[i]));
    CHECK(worst < 1e-6); // a matrix with 1 in z is the slice at the centre

    auto const same = Thorax(3).magnitude(SamplingGrid({32, 24, 32}, fov)), other = Thorax(4).magnitude(SamplingGrid({32, 24, 32}, fov));
    CHECK(same.to_host() == coarse.to_host());
    CHECK(other.to_host() != coarse.to_host());
}

TEST_CASE("blood is bright, lungs and air are dark, and the body lies inside the field of view", "[phantom]") {
    Thorax const thorax(5);
    SamplingGrid const grid({64, 48, 64}, {400, 300, 400});
    auto const volume = thorax.magnitude(grid);
    auto const v = volume.view<3>();
    for (index_t z = 0; z < 64; ++z) {
        for (index_t x = 0; x < 64; ++x) CHECK((v(z, 0, x) == 0 && v(z, 47, x) == 0));
        for (index_t y = 0; y < 48; ++y) CHECK((v(z, y, 0) == 0 && v(z, y, 63) == 0));
    }
    for (VesselTree const& tree : thorax.pulmonary_vessels()) { // a thick vessel at a voxel of its own
        Tube const& root = tree.segments.front();
        SamplingGrid const fine({256, 192, 256}, {400, 300, 400});
        Vector3 const p = 0.5 * (root.from + root.to);
        CHECK(coverage(root, p, fine.voxel()) == Approx(1));
    }
    index_t dark = 0, bright = 0;
    for (real const s : volume.host()) {
        CHECK((s >= 0 && s <= real(1.05)));
        dark += s > real(0.03) && s < real(0.15);
        bright += s > real(0.85);
    }
    CHECK(dark > 64 * 48 * 64 / 20); // lungs
    CHECK(bright > 64 * 48 * 64 / 400);
}

TEST_CASE("the smooth phase keeps magnitudes and varies slowly", "[phantom]") {
    SamplingGrid const grid({16, 16, 16}, {1, 1, 1});
    auto const volume = ones(grid);
    SmoothPhase(2, 1.0).apply_to(volume, grid);
    auto const v = volume.view<3>();
    double steepest = 0, spread = 0;
    for (index_t z = 0; z < 16; ++z)
        for (index_t y = 0; y < 16; ++y)
            for (index_t x = 1; x < 16; ++x) {
                CHECK(abs(v(z, y, x)) == Approx(1).epsilon(1e-5));
                steepest = std::max(steepest, double(abs(v(z, y, x) - v(z, y, x - 1))));
                spread = std::max(spread, double(abs(v(z, y, x) - v(0, 0, 0))));
            }
    CHECK(steepest < 0.5);
    CHECK(spread > 0.5);
}
