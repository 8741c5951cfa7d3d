// Plans of part of a trajectory that was sorted once.
#include "recon/nufft/sorted_trajectory.h"
#include "recon/nufft/toeplitz.h"
#include "tests/support/devices.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr index_t kLength = 7, kRuns = 60;

std::vector<real> trajectory_of(Matrix const& m) {
    auto k = random_real(static_cast<std::size_t>(3 * kLength * kRuns), 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= m[2 - i % 3] == 1 ? real(0) : static_cast<real>(m[2 - i % 3]);
    return k;
}

template <class T> std::vector<T> points_of(PointSelection const& chosen, std::vector<T> const& all, index_t numbers) {
    std::vector<T> some;
    for (index_t const r : chosen.runs)
        some.insert(some.end(), all.begin() + r * chosen.length * numbers, all.begin() + (r + 1) * chosen.length * numbers);
    return some;
}

std::vector<complex> as_complex(std::vector<real> const& values) {
    std::vector<complex> numbers;
    numbers.reserve(values.size());
    for (real const v : values) numbers.push_back({v, 0});
    return numbers;
}

std::vector<PointSelection> selections() {
    std::vector<index_t> all, odd;
    for (index_t r = 0; r < kRuns; ++r) {
        all.push_back(r);
        if (r % 2) odd.push_back(r);
    }
    std::vector<PointSelection> parts;
    for (auto const& runs : {all, odd, std::vector<index_t>{0}, std::vector<index_t>{3, 4, kRuns - 1}})
        parts.push_back({kLength * kRuns, kLength, runs});
    return parts;
}

} // namespace

TEST_CASE("points are taken run by run, row by row", "[sorted_trajectory]") {
    Context const ctx = each_device();
    auto const values = random_real(static_cast<std::size_t>(2 * 3 * kLength * kRuns), 5);
    auto const all = Tensor<real>::from(ctx.host(), {2, kLength * kRuns, 3}, values);
    for (auto const& chosen : selections()) {
        std::vector<real> expected;
        for (index_t row = 0; row < 2; ++row) {
            std::vector<real> const of_row(values.begin() + row * 3 * chosen.all, values.begin() + (row + 1) * 3 * chosen.all);
            auto const part = points_of(chosen, of_row, 3);
            expected.insert(expected.end(), part.begin(), part.end());
        }
        auto const some = taken(ctx, chosen, all, 2);
        CHECK(some.context() == ctx);
        CHECK(some.to_host() == expected);
    }
}

TEST_CASE("a plan of part of a sorted trajectory is the plan of those points", "[sorted_trajectory]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{40, 10, 37}, Matrix{1, 50, 33}, Matrix{8, 3, 10});
    NufftConfig const config{.accuracy = 1e-4, .oversampling = {}, .coils_per_pass = 2};
    auto const k = trajectory_of(m);
    auto const before = ctx.allocator().use().live;
    SortedTrajectory const sorted(ctx, m, Tensor<real>::from(ctx, {kLength * kRuns, 3}, k), config);
    CHECK(ctx.allocator().use().live == before);
    index_t const coils = 3;
    auto const x =
        Tensor<complex>::from(ctx, {coils, m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(coils * m[0] * m[1] * m[2]), 2));
    for (auto const& chosen : selections()) {
        index_t const n = chosen.points();
        Nufft const part(ctx, sorted, chosen, config.coils_per_pass);
        Nufft const alone(ctx, m, Tensor<real>::from(ctx, {n, 3}, points_of(chosen, k, 3)), config);
        REQUIRE(part.points() == n);
        auto const y = Tensor<complex>::from(ctx, {coils, n}, random_complex(static_cast<std::size_t>(coils * n), 3));
        Tensor<complex> const y_part(ctx, y.shape()), y_alone(ctx, y.shape()), x_part(ctx, x.shape()), x_alone(ctx, x.shape());
        part.forward(x, y_part);
        alone.forward(x, y_alone);
        part.adjoint(y, x_part);
        alone.adjoint(y, x_alone);
        CHECK(relative_error(y_part.to_host(), y_alone.to_host()) < tolerance(1e-6, 1e-14));
        CHECK(relative_error(x_part.to_host(), x_alone.to_host()) < tolerance(1e-6, 1e-14));
        if (ctx.device() == Device::cpu) { // the order of additions is the same as well
            CHECK(std::ranges::equal(x_part.to_host(), x_alone.to_host()));
            CHECK(std::ranges::equal(y_part.to_host(), y_alone.to_host()));
        }
        auto const a = inner(y_part.to_host(), y.to_host()), b = inner(x.to_host(), x_part.to_host());
        CHECK(std::hypot(a.re - b.re, a.im - b.im) < tolerance(1e-4, 1e-12) * std::hypot(a.re, a.im));
    }
    CHECK_THROWS_WITH(Nufft(ctx, sorted, {12, 3, {0}}, 1), Catch::Contains("a part of 12 points of a plan of"));
}

TEST_CASE("a convolution whose NUFFT is planned already, and one of a kept spectrum, are the same convolution", "[toeplitz]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{8, 10, 12}, Matrix{7, 11, 13}, Matrix{1, 16, 20}); // as fast as any, and not
    auto const trajectory = Tensor<real>::from(ctx, {kLength * kRuns, 3}, trajectory_of(m));
    auto const weights = Tensor<real>::from(ctx, {kLength * kRuns}, random_real(kLength * kRuns, 4, 0.1, 1));
    auto const nufft = std::make_shared<Nufft>(ctx, m, trajectory, NufftConfig{.accuracy = 1e-4, .oversampling = {}, .coils_per_pass = 2});
    Toeplitz const planned(ctx, m, trajectory, weights, 1e-4, 2, nufft), alone(ctx, m, trajectory, weights, 1e-4, 2);
    CHECK(relative_error(as_complex(planned.spectrum().to_host()), as_complex(alone.spectrum().to_host())) < tolerance(1e-6, 1e-14));

    Toeplitz const again(ctx, m, alone.spectrum().to(ctx.host()));
    auto const x = Tensor<complex>::from(ctx, {1, m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(m[0] * m[1] * m[2]), 2));
    Tensor<complex> const y(ctx, x.shape()), y_again(ctx, x.shape());
    alone.apply(x, y);
    again.apply(x, y_again);
    CHECK(std::ranges::equal(y.to_host(), y_again.to_host()));
    CHECK_THROWS_WITH(Toeplitz(ctx, m, Tensor<real>::zeros(ctx, {1, 5})), Catch::Contains("toeplitz: a spectrum of shape [1, 5]"));
}
