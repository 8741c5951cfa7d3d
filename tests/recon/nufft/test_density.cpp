#include "recon/nufft/density.h"

#include "kernels/arrays/arithmetic.h"
#include "recon/formats/read.h"
#include "recon/nufft/gridder.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/radial_weights.h"
#include "recon/simulation/trajectories.h"
#include "tests/support/blobs.h"
#include "tests/support/data.h"
#include "tests/support/devices.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

std::vector<real> cartesian(Matrix const& n) {
    std::vector<real> k;
    for (index_t z = 0; z < n[0]; ++z)
        for (index_t y = 0; y < n[1]; ++y)
            for (index_t x = 0; x < n[2]; ++x)
                for (index_t const i : {x - n[2] / 2, y - n[1] / 2, z - n[0] / 2}) k.push_back(static_cast<real>(i));
    return k;
}

/// Relative error of A^H W A x for smooth blobs x.
double gridding_error(Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights) {
    Context const ctx = weights.context();
    Nufft const nufft(ctx, matrix, trajectory);
    auto const x = paint_blobs(ctx, matrix);
    Tensor<complex> y(ctx, {1, weights.size()}), z(ctx, x.shape());
    nufft.forward(x, y);
    enqueue(ctx.stream(), MultiplyReal{weights.flat(), y.view<2>()});
    nufft.adjoint(y, z);
    return relative_error(z.host(), x.host());
}

/// Magnitude images by gridding, and their correlation.
double image_correlation(Acquisition const& scan, Matrix const& matrix, Tensor<real> const& a, Tensor<real> const& b) {
    Context const ctx(Device::cpu);
    Nufft const nufft(ctx, matrix, scan.trajectory);
    Shape const volume{scan.coils(), matrix[0], matrix[1], matrix[2]};
    std::vector<double> images[2];
    for (int i = 0; i < 2; ++i) {
        auto const y = scan.kspace.to(ctx).clone().reshape({scan.coils(), a.size()});
        Tensor<complex> x(ctx, volume);
        enqueue(ctx.stream(), MultiplyReal{(i == 0 ? a : b).to(ctx).flat(), y.view<2>()});
        nufft.adjoint(y, x);
        for (complex const v : x.host()) images[i].push_back(abs(v));
    }
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < images[0].size(); ++i) {
        ab += images[0][i] * images[1][i];
        aa += images[0][i] * images[0][i];
        bb += images[1][i] * images[1][i];
    }
    return ab / std::sqrt(aa * bb);
}

} // namespace

TEST_CASE("iterative weights of a Cartesian trajectory are 1, shared where it is repeated", "[density]") {
    Context const ctx = each_device();
    Matrix const n = GENERATE(Matrix{6, 8, 5}, Matrix{1, 12, 18});
    auto k = cartesian(n);
    std::size_t const points = k.size() / 3, again = 7;
    for (std::size_t repeat = 0; repeat < 2; ++repeat) // the first points three times
        for (std::size_t i = 0; i < 3 * again; ++i) k.push_back(k[i]);
    auto const trajectory = Tensor<real>::from(ctx, {static_cast<index_t>(k.size() / 3), 3}, k);
    auto const w = pipe_menon_weights(ctx, n, trajectory).to_host();
    REQUIRE(w.size() == points + 2 * again);
    for (std::size_t i = 0; i < w.size(); ++i) {
        bool const shared = i < again || i >= points;
        INFO("point " << i);
        CHECK(w[i] == Approx(shared ? 1.0 / 3 : 1.0).epsilon(0.02)); // not quite converged beside the repeated ones
    }
    for (std::size_t i = 0; i < again; ++i) CHECK(w[i] == Approx(w[points + i]).epsilon(1e-4));
}

TEST_CASE("iterative weights agree on all devices, and need no points", "[density]") {
    Context const ctx = each_device();
    Matrix const matrix{10, 12, 9};
    auto k = random_real(3 * 200, 5, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(matrix[2 - i % 3]);
    auto const w = pipe_menon_weights(ctx, matrix, Tensor<real>::from(ctx, {20, 10, 3}, k), {.iterations = 4});
    CHECK(w.shape() == Shape{20, 10});
    CHECK(w.context() == ctx);
    Context const cpu(Device::cpu);
    auto const expected = pipe_menon_weights(cpu, matrix, Tensor<real>::from(cpu, {200, 3}, k), {.iterations = 4}).to_host();
    auto const found = w.to_host();
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-3));
    CHECK(pipe_menon_weights(ctx, matrix, Tensor<real>(ctx, {0, 5, 3})).shape() == Shape{0, 5});
}

TEST_CASE("the default number of iterations gives the images of thirty plain ones to 1 %", "[density]") {
    auto const kind = GENERATE(TrajectoryKind::koosh_ball, TrajectoryKind::cones, TrajectoryKind::radial_2d);
    Matrix const matrix = kind == TrajectoryKind::radial_2d ? Matrix{1, 64, 64} : Matrix{24, 24, 24};
    Context const ctx(Device::cpu);
    auto const trajectory =
        make_trajectory({.kind = kind, .centre_out = kind == TrajectoryKind::cones, .readout_oversampling = 2, .turns = 1}, matrix);

    // Pipe and Menon's iteration as they published it: w <- w / (w * psi).
    Gridder const gridder(ctx, matrix, trajectory, GriddingKernel(2e-3, 2), 2);
    auto const [z, y, x] = gridder.grid();
    index_t const points = gridder.points();
    Tensor<complex> const w(ctx, {1, points}), density(ctx, {1, points}), grid(ctx, {z, y, x, 1});
    for (complex& v : w.host()) v = {1, 0};
    for (int i = 0; i < 30; ++i) {
        grid.zero();
        gridder.spread(w, grid);
        gridder.interpolate(grid, density);
        for (index_t p = 0; p < points; ++p) w.data()[p].re /= std::abs(density.data()[p].re);
    }
    Tensor<real> const plain(ctx, {points});
    for (index_t p = 0; p < points; ++p) plain.data()[p] = w.data()[p].re;
    normalise_weights(plain, matrix, trajectory);

    // Images of an object with edges, sampled everywhere.
    Nufft const nufft(ctx, matrix, trajectory);
    auto const object = Tensor<complex>::zeros(ctx, {1, matrix[0], matrix[1], matrix[2]});
    for (index_t i = 0; i < object.size(); ++i) {
        index_t const n = matrix[2], dx = i % n - n / 2, dy = i / n % n - n / 2, dz = i / n / n - matrix[0] / 2;
        object.data()[i] = {real(dx * dx + dy * dy + dz * dz < n * n / 6) + real(std::abs(dx - 3) < 3 && std::abs(dy) < 4), 0};
    }
    Tensor<complex> kspace(ctx, {1, points});
    nufft.forward(object, kspace);
    auto const image = [&](Tensor<real> const& weights) {
        auto const weighted = kspace.clone();
        Tensor<complex> volume(ctx, object.shape());
        enqueue(ctx.stream(), MultiplyReal{weights.flat(), weighted.view<2>()});
        nufft.adjoint(weighted, volume);
        return volume;
    };
    auto const reference = image(plain), found = image(pipe_menon_weights(ctx, matrix, trajectory));
    CHECK(relative_error(found.host(), reference.host()) < 0.01);
    auto const early = image(pipe_menon_weights(ctx, matrix, trajectory, {.iterations = 3})); // what the test can see
    CHECK(relative_error(early.host(), reference.host()) > 0.02);
}

TEST_CASE("weighted gridding returns smooth objects, with their scale", "[density]") {
    struct Case {
        TrajectoryKind kind;
        Matrix matrix;
        bool centre_out;
        double undersampling, bound;
    };
    // Twice as many samples along the readout as Nyquist asks for, as scanners take: the object repeats two fields of view away.
    auto const c = GENERATE(Case{TrajectoryKind::koosh_ball, {22, 22, 22}, false, 1, 0.02},
        Case{TrajectoryKind::koosh_ball, {16, 20, 24}, true, 1, 0.02}, Case{TrajectoryKind::radial_2d, {1, 64, 64}, false, 1, 0.01},
        Case{TrajectoryKind::radial_2d, {1, 48, 64}, true, 2, 0.01}, Case{TrajectoryKind::stack_of_stars, {14, 32, 32}, false, 2, 0.04},
        Case{TrajectoryKind::cones, {26, 26, 26}, true, 1, 0.04});
    auto const trajectory = make_trajectory(
        {.kind = c.kind, .centre_out = c.centre_out, .undersampling = c.undersampling, .readout_oversampling = 2, .turns = 1}, c.matrix);
    auto const pipe = pipe_menon_weights(Context(), c.matrix, trajectory);
    INFO("kind " << static_cast<int>(c.kind) << ", centre-out " << c.centre_out);
    CHECK(gridding_error(c.matrix, trajectory, pipe) < c.bound);
    if (c.kind == TrajectoryKind::cones) {
        CHECK_THROWS_WITH(radial_weights(c.matrix, trajectory), Catch::Contains("is not a straight line through the centre"));
        return;
    }
    auto const radial = radial_weights(c.matrix, trajectory);
    CHECK(gridding_error(c.matrix, trajectory, radial) < 3 * c.bound);

    // Away from the centre and the edge, and where Nyquist is met, both are the same volume on average.
    double pipe_sum = 0, radial_sum = 0;
    for (index_t i = 0; i < pipe.size(); ++i) {
        double r = 0;
        for (int d = 0; d < 3; ++d)
            if (c.matrix[2 - d] > 1 && !(c.kind == TrajectoryKind::stack_of_stars && d == 2))
                r = std::hypot(r, 2 * trajectory.data()[3 * i + d] / static_cast<double>(c.matrix[2 - d]));
        if (r < 0.2 || r > 0.9 / c.undersampling) continue;
        pipe_sum += pipe.data()[i];
        radial_sum += radial.data()[i];
    }
    CHECK(pipe_sum == Approx(radial_sum).epsilon(0.1));
}

TEST_CASE("radial weights know repeated, missing and unevenly turned samples and readouts", "[density]") {
    Matrix const matrix{1, 32, 32};
    std::vector<real> k;
    auto const spoke = [&](double angle) {
        for (int s = -32; s <= 32; ++s) { // half a cycle apart; k = 0 twice
            double const r = 0.5 * (s > 0 ? s - 1 : s) + 0.0;
            k.insert(k.end(), {static_cast<real>(r * std::cos(angle)), static_cast<real>(r * std::sin(angle)), 0});
        }
    };
    std::vector<double> angles;
    for (int i = 0; i < 60; ++i) angles.push_back(i * 0.0523598776 * (i % 2 ? 1.0 : 0.98));
    angles.push_back(angles[10]); // one readout twice
    for (double const a : angles) spoke(a);
    auto const trajectory = Tensor<real>::from(Context(), {61, 65, 3}, k);
    auto const w = radial_weights(matrix, trajectory);
    CHECK(gridding_error(matrix, trajectory, w) < 0.02);
    auto const at = w.view<2>();
    for (index_t s = 0; s < 65; ++s) CHECK(at(10, s) == Approx(at(60, s)));
    CHECK(at(3, 32) == Approx(at(3, 33))); // both k = 0
    CHECK(at(3, 32) > 0);
    CHECK(at(3, 60) == Approx(2 * at(10, 60)).epsilon(0.05));

    trajectory.slice(7, 8).zero();
    CHECK_THROWS_WITH(radial_weights(matrix, trajectory), "density: readout 7 lies at k = 0 entirely, so it is not radial");
    trajectory.data()[5] = NAN;
    CHECK_THROWS_WITH(radial_weights(matrix, trajectory), "density: the trajectory is not finite at point 1 (component 2)");
}

TEST_CASE("weights are normalised, and refused where that is impossible", "[density]") {
    Context const ctx = each_device();
    Matrix const n{4, 6, 10};
    auto const trajectory = Tensor<real>::from(ctx, {240, 3}, cartesian(n));
    std::vector<real> values(240, 17);
    auto const w = Tensor<real>::from(ctx, {240}, values);
    normalise_weights(w, n, trajectory);
    for (real const v : w.to_host()) CHECK(v == Approx(1));
    values[3] = -1;
    CHECK_THROWS_WITH(normalise_weights(Tensor<real>::from(ctx, {240}, values), n, trajectory), Catch::Contains("weight 3 is -1"));
    std::fill(values.begin(), values.end(), real(0));
    CHECK_THROWS_WITH(normalise_weights(Tensor<real>::from(ctx, {240}, values), n, trajectory), Catch::Contains("are zero"));
    CHECK_THROWS_WITH(normalise_weights(w.slice(0, 7), n, trajectory), "density: 7 weights for 240 points");
}

TEST_CASE("the kind of density compensation is a matter of configuration", "[density]") {
    Context const cpu;
    Matrix const matrix{1, 16, 16};
    Acquisition scan;
    scan.source = "scan.h5";
    scan.trajectory = make_trajectory({.kind = TrajectoryKind::radial_2d}, matrix);
    Shape const samples{scan.trajectory.shape()[0], scan.trajectory.shape()[1]};
    scan.kspace = Tensor<complex>::zeros(cpu, samples.prepended(1));
    Context const ctx = each_device();
    auto const weights = [&](char const* json) {
        auto const w = density_weights(ctx, matrix, scan, parse_config<DensityConfig>(json, "test"));
        CHECK(w.context() == ctx);
        CHECK(w.shape() == samples);
        return w.to_host();
    };
    CHECK(weights(R"({"kind": "none"})")[5] == 1);
    CHECK_THROWS_WITH(weights(R"({"kind": "file"})"), "scan.h5: no density compensation in the file (choose \"pipe\")");
    auto const radial = weights(R"({"kind": "radial"})");
    scan.weights = Tensor<real>::from(cpu, samples, radial);
    for (index_t i = 0; i < samples.size(); ++i) scan.weights->data()[i] *= 1000;
    auto const file = weights(R"({"kind": "file"})");
    for (std::size_t i = 0; i < file.size(); ++i) CHECK(file[i] == Approx(radial[i]));
    CHECK(scan.weights->data()[8] == Approx(1000 * radial[8])); // not changed in place
    weights(R"({"iterations": 2})");
}

TEST_CASE("weights of measured scans", "[density]") {
    auto const ute = shared_data("ute_phantom_2ch/MRI_Raw.h5"), duke = shared_data("xenon_duke_1ch/duke_radial.mrd");
    auto const spiral = shared_data("spiral_phantom_8ch_2d/spiral_ksp.hdr");
    if (!ute || !duke || !spiral) {
        WARN("skipped: no shared data");
        return;
    }
    Context const cpu(Device::cpu);
    struct Case {
        std::filesystem::path file;
        Matrix matrix;
        bool radial, has_weights;
    };
    for (auto const& c :
        {Case{*ute, {80, 80, 80}, true, true}, Case{*duke, {64, 64, 64}, true, false}, Case{*spiral, {1, 260, 260}, false, true}}) {
        auto const scan = read_acquisition(c.file);
        INFO(scan.source);
        auto const pipe = density_weights(cpu, c.matrix, scan);
        auto const agreement = [&](DensityKind other) {
            return image_correlation(scan, c.matrix, pipe, density_weights(cpu, c.matrix, scan, {.kind = other}));
        };
        if (c.radial) CHECK(agreement(DensityKind::radial) > 0.95);
        if (c.has_weights) CHECK(agreement(DensityKind::file) > 0.95);
    }
}
