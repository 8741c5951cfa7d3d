#include "recon/acquisition/noise.h"
#include "recon/simulation/coil_field.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// Biot and Savart's law, summed over pieces of a thin wire; in the units of loop_field.
Vector3 summed_field(Loop const& loop, Vector3 const& p) {
    Vector3 const e1 = normalized(cross(loop.normal, {0.3, 0.5, 0.8})), e2 = cross(loop.normal, e1);
    int const pieces = 20000;
    double const step = 2 * 3.14159265358979323846 / pieces;
    Vector3 field{};
    for (int i = 0; i < pieces; ++i) {
        double const angle = (i + 0.5) * step;
        Vector3 const wire = loop.centre + loop.radius * (std::cos(angle) * e1 + std::sin(angle) * e2);
        Vector3 const current = loop.radius * step * (std::cos(angle) * e2 - std::sin(angle) * e1);
        Vector3 const away = p - wire;
        field = field + std::pow(norm(away), -3) * cross(current, away);
    }
    return 0.5 * field; // loop_field leaves out mu_0 / (2 pi), the law has mu_0 / (4 pi)
}

} // namespace

TEST_CASE("the field of a loop is that of its current elements", "[coils]") {
    Loop const loop{{0.1, -0.2, 0.05}, normalized({0.5, 0.7, -0.3}), 0.3, 0};
    for (Vector3 const& p : {Vector3{0.4, 0.1, 0.3}, Vector3{-0.2, 0.0, 0.1}, Vector3{0.1, -0.2, 0.05}, Vector3{0.9, -0.8, 0.7},
             loop.centre + 0.4 * loop.normal, loop.centre + 1e-5 * cross(loop.normal, {1, 0, 0})}) {
        Vector3 const field = loop_field(loop, p), expected = summed_field(loop, p);
        CHECK(norm(field - expected) < 1e-6 * norm(expected));
    }
}

TEST_CASE("a thick wire keeps the field finite and free of divergence", "[coils]") {
    Loop const loop{{0, 0, 0}, {0, 0, 1}, 0.3, 0.05};
    CHECK(norm(loop_field(loop, {0.3, 0, 0})) < 40);
    for (Vector3 const& p : {Vector3{0.28, 0.02, 0.01}, Vector3{0.1, -0.2, 0.1}}) {
        double const h = 1e-4;
        double divergence = 0, slope = 0;
        for (int d = 0; d < 3; ++d) {
            Vector3 step{};
            step[d] = h;
            Vector3 const change = loop_field(loop, p + step) - loop_field(loop, p - step);
            divergence += change[d] / (2 * h);
            slope += norm(change) / (2 * h);
        }
        CHECK(std::abs(divergence) < 1e-5 * slope);
    }
}

TEST_CASE("coil maps are the same positions' values on every grid, distinct, and normalised", "[coils]") {
    CoilArrayConfig config;
    config.coils = GENERATE(3, 8, 20);
    Vector3 const fov{400, 300, 400};
    SamplingGrid const grid({10, 9, 12}, fov);
    CoilArray const array(config, grid.extent);
    REQUIRE(static_cast<index_t>(array.loops().size()) == config.coils);
    auto const maps = array.maps(grid), fine = array.maps(grid.refined(2), 1, 3);
    REQUIRE(maps.shape() == Shape{config.coils, 10, 9, 12});
    auto const m = maps.view<4>(), f = fine.view<4>();
    double worst = 0, largest = 0, overlap = 0, power = 0, other = 0;
    for (index_t z = 0; z < 10; ++z)
        for (index_t y = 0; y < 9; ++y)
            for (index_t x = 0; x < 12; ++x) {
                for (index_t c = 1; c < 3; ++c) worst = std::max(worst, double(abs(m(c, z, y, x) - f(c - 1, 2 * z, 2 * y + 1, 2 * x))));
                overlap += abs(m(0, z, y, x)) * abs(m(1, z, y, x));
                power += norm2(m(0, z, y, x));
                other += norm2(m(1, z, y, x));
                if (std::hypot(grid.at(1, y) / grid.extent[1], grid.at(2, x) / grid.extent[2]) > 0.4) continue;
                double sum = 0;
                for (index_t c = 0; c < config.coils; ++c) sum += norm2(m(c, z, y, x));
                largest = std::max(largest, std::sqrt(sum));
            }
    CHECK(worst < 1e-6);
    CHECK(largest > 0.6);
    CHECK(largest < 1.1);
    CHECK(overlap / std::sqrt(power * other) < 0.95);
}

TEST_CASE("one coil is a volume coil", "[coils]") {
    CoilArrayConfig config;
    config.coils = 1;
    SamplingGrid const grid({4, 4, 4}, {1, 1, 1});
    auto const maps = CoilArray(config, grid.extent).maps(grid);
    for (complex const v : maps.host()) CHECK(v == complex{1, 0});
}

TEST_CASE("coil noise has the covariance that it was made with", "[coils]") {
    CoilArrayConfig config;
    config.coils = 6;
    config.noise_correlation = 0.5;
    CoilArray const array(config, {1, 1, 1});
    auto const covariance = noise_covariance(array, config, 11);
    auto const c = covariance.view<2>();
    double trace = 0, largest = 0;
    for (index_t i = 0; i < 6; ++i) {
        trace += c(i, i).re;
        for (index_t j = 0; j < i; ++j) largest = std::max(largest, double(abs(c(i, j))) / std::sqrt(double(c(i, i).re) * c(j, j).re));
    }
    CHECK(trace == Approx(6));
    CHECK(largest == Approx(0.5).epsilon(1e-4));

    index_t const n = 40000;
    double const std = 0.3;
    auto const noise = Tensor<complex>::zeros(Context(Device::cpu), {6, 100, n / 100});
    CoilNoise(covariance).add_to(noise, std, 5, 1);
    auto const v = noise.reshape({6, n});
    double difference = 0, total = 0;
    for (index_t i = 0; i < 6; ++i)
        for (index_t j = 0; j < 6; ++j) {
            auto const measured = inner(v[j].to_host(), v[i].to_host()); // E n_i conj(n_j)
            Complex<double> const expected{c(i, j).re, c(i, j).im};
            difference += norm2((1.0 / (std * std * n)) * measured - expected);
            total += norm2(expected);
        }
    CHECK(std::sqrt(difference / total) < 0.03);

    auto const again = Tensor<complex>::zeros(Context(Device::cpu), {6, n});
    CoilNoise(covariance).add_to(again, std, 5, 1);
    CHECK(again.to_host() == v.to_host());

    c(0, 0) = {0, 0};
    CHECK_THROWS_WITH(CoilNoise(covariance), Catch::Contains("positive definite"));
}
