#include "recon/simulation/trajectories.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <set>

using namespace tessera;

namespace {

constexpr TrajectoryKind kKinds[] = {TrajectoryKind::koosh_ball, TrajectoryKind::stack_of_stars, TrajectoryKind::cones,
    TrajectoryKind::spiral_3d, TrajectoryKind::radial_2d, TrajectoryKind::spiral_2d};

bool is_2d(TrajectoryKind kind) { return kind == TrajectoryKind::radial_2d || kind == TrajectoryKind::spiral_2d; }

struct Moments {
    std::array<double, 3> mean{};
    std::array<std::array<double, 3>, 3> second{};
};

/// Over the directions of the last samples of readouts [0, count).
Moments direction_moments(Tensor<real> const& trajectory, index_t count) {
    auto const k = trajectory.view<3>();
    index_t const last = k.shape[1] - 1;
    Moments m;
    for (index_t r = 0; r < count; ++r) {
        double const length = std::hypot(double(k(r, last, 0)), double(k(r, last, 1)), double(k(r, last, 2)));
        for (int a = 0; a < 3; ++a) {
            m.mean[a] += k(r, last, a) / length / count;
            for (int b = 0; b < 3; ++b) m.second[a][b] += double(k(r, last, a)) * k(r, last, b) / (length * length) / count;
        }
    }
    return m;
}

} // namespace

TEST_CASE("every trajectory stays within N/2 and passes the centre", "[trajectories]") {
    TrajectoryConfig config;
    config.kind = GENERATE(from_range(std::begin(kKinds), std::end(kKinds)));
    config.order = GENERATE(ReadoutOrder::golden, ReadoutOrder::bit_reversed);
    config.centre_out = GENERATE(false, true);
    config.undersampling = 4;
    config.readout_oversampling = 1.5;
    Matrix const matrix =
        is_2d(config.kind) ? GENERATE(Matrix{1, 32, 32}, Matrix{1, 21, 40}) : GENERATE(Matrix{24, 24, 24}, Matrix{17, 20, 31});

    Tensor<real> const trajectory = make_trajectory(config, matrix);
    auto const k = trajectory.view<3>();
    std::array<double, 3> reach{};
    std::set<std::array<real, 3>> ends;
    for (index_t r = 0; r < k.shape[0]; ++r) {
        for (index_t s = 0; s < k.shape[1]; ++s)
            for (int a = 0; a < 3; ++a) reach[a] = std::max(reach[a], std::abs(double(k(r, s, a))));
        ends.insert({k(r, k.shape[1] - 1, 0), k(r, k.shape[1] - 1, 1), k(r, k.shape[1] - 1, 2)});
    }
    for (int a = 0; a < 3; ++a) {
        double const half = matrix[2 - a] / 2.0;
        CHECK(reach[a] <= half);
        if (matrix[2 - a] > 1) CHECK(reach[a] > 0.8 * half);
    }
    CHECK(static_cast<index_t>(ends.size()) == k.shape[0]); // no readout twice

    bool const radial = config.kind == TrajectoryKind::koosh_ball || config.kind == TrajectoryKind::stack_of_stars ||
        config.kind == TrajectoryKind::radial_2d;
    index_t const centre = radial && !config.centre_out ? k.shape[1] / 2 : 0;
    for (index_t r = 0; r < k.shape[0]; ++r) {
        CHECK(k(r, centre, 0) == 0);
        CHECK(k(r, centre, 1) == 0);
        if (config.kind != TrajectoryKind::stack_of_stars) CHECK(k(r, centre, 2) == 0);
    }
}

TEST_CASE("samples are at most one cycle per field of view apart", "[trajectories]") {
    TrajectoryConfig config;
    config.kind = GENERATE(from_range(std::begin(kKinds), std::end(kKinds)));
    config.centre_out = GENERATE(false, true);
    config.readouts = 32;
    double const oversampling = config.readout_oversampling = GENERATE(1.0, 2.0);
    Matrix const matrix = is_2d(config.kind) ? Matrix{1, 40, 40} : Matrix{32, 40, 40};
    auto const trajectory = make_trajectory(config, matrix);
    auto const k = trajectory.view<3>();
    double widest = 0;
    for (index_t r = 0; r < k.shape[0]; ++r)
        for (index_t s = 1; s < k.shape[1]; ++s)
            widest = std::max(widest,
                std::hypot(double(k(r, s, 0)) - k(r, s - 1, 0), double(k(r, s, 1)) - k(r, s - 1, 1), double(k(r, s, 2)) - k(r, s - 1, 2)));
    CHECK(widest <= 1 / oversampling + 1e-5);
    CHECK(widest > 0.8 / oversampling);
}

TEST_CASE("directions of 3D trajectories cover the sphere evenly", "[trajectories]") {
    TrajectoryConfig config;
    config.kind = GENERATE(TrajectoryKind::koosh_ball, TrajectoryKind::spiral_3d, TrajectoryKind::cones);
    config.order = GENERATE(ReadoutOrder::golden, ReadoutOrder::bit_reversed);
    config.centre_out = GENERATE(false, true);
    config.readouts = 1597;
    if (config.kind == TrajectoryKind::cones) config.turns = 0; // then they are centre-out spokes
    Matrix const matrix{32, 32, 32};
    auto const trajectory = make_trajectory(config, matrix);
    // all readouts, and the first quarter of them: an even order in time
    for (index_t const count : {index_t{1597}, index_t{400}}) {
        Moments const m = direction_moments(trajectory, count);
        CAPTURE(static_cast<int>(config.kind), static_cast<int>(config.order), config.centre_out, count);
        bool const half = config.kind == TrajectoryKind::koosh_ball && !config.centre_out; // ends on one hemisphere only
        for (int a = 0; a < 3; ++a) {
            if (a < 2 || !half) CHECK(std::abs(m.mean[a]) < 0.05);
            for (int b = 0; b < 3; ++b) CHECK(m.second[a][b] == Approx(a == b ? 1.0 / 3 : 0.0).margin(0.03));
        }
    }
}

TEST_CASE("no gap at the edge of k-space exceeds Nyquist's by much", "[trajectories]") {
    TrajectoryConfig config;
    config.kind = GENERATE(TrajectoryKind::koosh_ball, TrajectoryKind::cones, TrajectoryKind::spiral_3d);
    config.order = GENERATE(ReadoutOrder::golden, ReadoutOrder::bit_reversed);
    config.turns = GENERATE(0.5, 2.0);
    index_t const n = 16;
    auto const trajectory = make_trajectory(config, {n, n, n});
    auto const k = trajectory.view<3>();
    index_t const points = k.shape[0] * k.shape[1];
    // the farthest that probes on the sphere of radius 0.4 N are from their nearest sample (or its opposite)
    double farthest = 0, mean = 0;
    int const probes = 300;
    for (int i = 0; i < probes; ++i) {
        double const z = 1 - 2 * (i + 0.5) / probes, angle = 2.399963 * i, sine = std::sqrt(1 - z * z), radius = 0.4 * n;
        double nearest = 1e9;
        for (index_t j = 0; j < points; ++j) {
            real const* const p = trajectory.data() + 3 * j;
            nearest = std::min(nearest,
                std::hypot(p[0] - radius * sine * std::cos(angle), p[1] - radius * sine * std::sin(angle), p[2] - radius * z));
        }
        farthest = std::max(farthest, nearest);
        mean += nearest / probes;
    }
    CHECK(mean < 0.6);
    CHECK(farthest < 1.5);
}

TEST_CASE("readout counts follow the undersampling and the settings", "[trajectories]") {
    TrajectoryConfig config;
    Matrix const matrix{64, 64, 64};
    CHECK(nyquist_readouts(config, matrix) == 6434); // pi/2 64^2
    config.undersampling = 8;
    CHECK(make_trajectory(config, matrix).shape() == Shape{804, 64, 3});
    config.centre_out = true;
    CHECK(make_trajectory(config, matrix).shape() == Shape{1609, 32, 3});
    config.readouts = 100;
    config.samples = 50;
    CHECK(make_trajectory(config, matrix).shape() == Shape{100, 50, 3});

    config = {};
    config.kind = TrajectoryKind::stack_of_stars;
    config.undersampling = 4;
    CHECK(make_trajectory(config, {10, 64, 64}).shape() == Shape{250, 64, 3}); // round(101 / 4) spokes x 10
    config.readouts = 99;
    CHECK_THROWS_WITH(make_trajectory(config, {10, 64, 64}), Catch::Contains("99") && Catch::Contains("10"));

    config = {};
    CHECK_THROWS_WITH(make_trajectory(config, {1, 64, 64}), Catch::Contains("3D"));
    config.kind = TrajectoryKind::spiral_2d;
    CHECK_THROWS_WITH(make_trajectory(config, {64, 64, 64}), Catch::Contains("2D"));
    config.undersampling = 0;
    CHECK_THROWS_WITH(make_trajectory(config, {1, 64, 64}), Catch::Contains("undersampling"));
}
