#include "recon/acquisition/resample.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/nufft/nufft.h"
#include "recon/simulation/simulate.h"
#include "recon/simulation/source_volume.h"
#include "tests/support/devices.h"
#include "tests/support/direct_sum.h"
#include "tests/support/temporary_folder.h"

#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

/// exp(i 2 pi f.r/N) on a grid.
std::vector<complex> plane_wave(Matrix const& n, std::array<double, 3> const& frequency) {
    SamplingGrid const grid(n, {1, 1, 1});
    std::vector<complex> values;
    for (index_t z = 0; z < n[0]; ++z)
        for (index_t y = 0; y < n[1]; ++y)
            for (index_t x = 0; x < n[2]; ++x) {
                double const phase =
                    2 * std::numbers::pi * (frequency[0] * grid.at(0, z) + frequency[1] * grid.at(1, y) + frequency[2] * grid.at(2, x));
                values.push_back({static_cast<real>(std::cos(phase)), static_cast<real>(std::sin(phase))});
            }
    return values;
}

Tensor<complex> volume_of(Matrix const& n, std::vector<complex> const& values) {
    return Tensor<complex>::from(Context(Device::cpu), {n[0], n[1], n[2]}, values);
}

SimulationConfig small() {
    SimulationConfig config;
    config.matrix = Matrix{12, 14, 16};
    config.fov_mm = Vector3{380, 300, 400};
    config.coils.coils = 3;
    config.trajectory.readouts = 12;
    return config;
}

} // namespace

TEST_CASE("a band limit keeps what the coarse grid can show and drops the rest", "[simulate]") {
    Matrix const fine = GENERATE(Matrix{12, 16, 20}, Matrix{11, 15, 25}),
                 coarse = GENERATE(Matrix{6, 8, 10}, Matrix{5, 7, 9}, Matrix{1, 8, 9});
    auto const low = band_limited(volume_of(fine, plane_wave(fine, {0, -2, 3})), coarse);
    CHECK(relative_error(low.to_host(), plane_wave(coarse, {0, -2, 3})) < tolerance(1e-5, 1e-12));
    auto const high = band_limited(volume_of(fine, plane_wave(fine, {0, 5, 1})), coarse);
    std::vector<complex> const zero(static_cast<std::size_t>(high.size()));
    CHECK(relative_error(high.to_host(), zero) < tolerance(1e-4, 1e-10));
    auto const same = volume_of(fine, plane_wave(fine, {1, 2, 3}));
    CHECK(relative_error(band_limited(same, fine).to_host(), same.to_host()) < tolerance(1e-5, 1e-12));
    CHECK_THROWS_AS(band_limited(high, {64, 64, 64}), Error);
}

TEST_CASE("linear interpolation keeps a ramp on other grids and crops and pads around the centre", "[simulate]") {
    Matrix const n{8, 9, 10};
    SamplingGrid const grid(n, {1, 1, 1});
    std::vector<complex> ramp;
    for (index_t i = 0; i < 720; ++i) ramp.push_back({static_cast<real>(grid.at(1, i / 10 % 9)), static_cast<real>(grid.at(2, i % 10))});
    Matrix const to = GENERATE(Matrix{16, 18, 20}, Matrix{7, 5, 6});
    auto const half = interpolated(volume_of(n, ramp), {80, 90, 100}, to, {40, 45, 50});
    SamplingGrid const half_grid(to, {1, 1, 1});
    auto const h = half.view<3>();
    for (index_t y = 0; y < to[1]; ++y)
        for (index_t x = 0; x < to[2]; ++x) {
            CHECK(h(to[0] / 2, y, x).re == Approx(0.5 * half_grid.at(1, y)).margin(1e-6));
            CHECK(h(to[0] / 2, y, x).im == Approx(0.5 * half_grid.at(2, x)).margin(1e-6));
        }
    auto const padded = interpolated(volume_of(n, ramp), {80, 90, 100}, {24, 9, 10}, {240, 90, 100});
    CHECK(norm2(padded.view<3>()(1, 3, 3)) == 0);
    CHECK(padded.view<3>()(12, 3, 3) == ramp[4 * 90 + 33]);
}

TEST_CASE("simulated k-space is the sum over the fine volume seen by each coil", "[simulate]") {
    Context const context = each_device();
    SimulationConfig config = small();
    config.matrix = Matrix{6, 8, 7};
    config.trajectory.readouts = 5;
    Acquisition const scan = simulate(context, config);
    REQUIRE(scan.kspace.shape() == Shape{3, 5, 8});
    SourceVolume const source = make_source_volume(config);
    SamplingGrid const fine = source.grid.refined(2);
    auto const maps = CoilArray(config.coils, fine.extent).maps(fine);
    for (index_t c = 0; c < 3; ++c) {
        auto view = maps[c].to_host();
        for (std::size_t i = 0; i < view.size(); ++i) view[i] = view[i] * source.values.data()[i];
        auto expected = direct_nufft(view, scan.trajectory.to_host(), fine.matrix, false);
        for (complex& v : expected) v = static_cast<real>(std::sqrt(1 / 8.0)) * v;
        CHECK(relative_error(scan.kspace[c].to_host(), expected) < 1e-5);
    }
}

TEST_CASE("the reference has the simulated k-space where that falls on the Cartesian grid", "[simulate]") {
    SimulationConfig config = small();
    config.coils.coils = 1;
    config.matrix = GENERATE(Matrix{6, 12, 12}, Matrix{5, 9, 11}, Matrix{1, 10, 13});
    bool const flat = (*config.matrix)[0] == 1;
    config.supersample = GENERATE(2, 3);
    config.trajectory.kind = flat ? TrajectoryKind::radial_2d : TrajectoryKind::stack_of_stars;
    config.trajectory.order = ReadoutOrder::bit_reversed; // the first two spokes lie on the axes
    config.trajectory.samples = 0;
    config.trajectory.readouts = 2 * (*config.matrix)[0];
    Acquisition const scan = simulate(Context(Device::cpu), config);
    auto const k = scan.trajectory.view<3>();
    auto const expected = direct_nufft(scan.reference->to_host(), scan.trajectory.to_host(), scan.matrix, false);
    std::vector<complex> a, b;
    for (index_t r = 0; r < k.shape[0]; ++r)
        for (index_t s = 0; s < k.shape[1]; ++s) {
            bool inside = true; // of the frequencies that are a grid point's own
            for (int d = 0; d < 3; ++d) {
                double const f = k(r, s, d);
                inside = inside && std::abs(f - std::round(f)) < 1e-4 && (2 * std::abs(f) < (*config.matrix)[2 - d] - 0.5);
            }
            if (!inside) continue;
            a.push_back(scan.kspace.view<3>()(0, r, s));
            b.push_back(expected[r * k.shape[1] + s]);
        }
    REQUIRE(a.size() > 12);
    CHECK(relative_error(a, b) < 1e-4);
}

TEST_CASE("a fully sampled koosh-ball gives the reference back, in place", "[simulate]") {
    SimulationConfig config = small();
    config.matrix = Matrix{24, 24, 24};
    config.fov_mm = Vector3{400, 400, 400};
    config.coils.coils = 1;
    config.trajectory.readouts = 0;
    config.trajectory.readout_oversampling = 2;
    Context const host(Device::cpu);
    Acquisition const scan = simulate(host, config);
    // the adjoint with the volume that each sample stands for
    index_t const points = scan.trajectory.size() / 3, readouts = scan.readouts();
    auto const weighted = scan.kspace.to(host).reshape({1, points});
    for (index_t i = 0; i < points; ++i) {
        real const* const k = scan.trajectory.data() + 3 * i;
        double const square = double(k[0]) * k[0] + double(k[1]) * k[1] + double(k[2]) * k[2];
        double const shell = 2 * std::numbers::pi * (square + 1.0 / 48) / static_cast<double>(readouts) * 0.5;
        weighted.data()[i] = static_cast<real>(shell) * weighted.data()[i];
    }
    Tensor<complex> const image(host, {1, 24, 24, 24});
    Nufft(host, scan.matrix, scan.trajectory).adjoint(weighted, image);
    // k-space outside of the ball was not sampled: compare up to that
    CHECK(relative_error(image.to_host(), scan.reference->to_host()) < 0.2);
    std::vector<complex> shifted = image.to_host();
    std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
    CHECK(relative_error(shifted, scan.reference->to_host()) > 0.3);
}

TEST_CASE("noise has the level that the SNR asks for, in the scan and in the prescan", "[simulate]") {
    SimulationConfig config = small();
    config.trajectory.readouts = 200;
    Acquisition const clean = simulate(Context(Device::cpu), config);
    CHECK(!clean.noise);
    config.snr = 25;
    Acquisition const noisy = simulate(Context(Device::cpu), config);
    REQUIRE(noisy.noise);
    CHECK(noisy.noise->shape() == Shape{3, 4096});
    auto const power = [](Tensor<complex> const& values) {
        return inner(values.host(), values.host()).re / static_cast<double>(values.size());
    };
    auto difference = noisy.kspace.clone();
    for (index_t i = 0; i < difference.size(); ++i) difference.data()[i] = difference.data()[i] - clean.kspace.data()[i];
    CHECK(power(difference) == Approx(1 / 625.0).epsilon(0.05));
    CHECK(power(*noisy.noise) == Approx(1 / 625.0).epsilon(0.05));
    Acquisition const again = simulate(Context(Device::cpu), config); // the seed fixes all, the transform up to rounding
    CHECK(relative_error(again.kspace.to_host(), noisy.kspace.to_host()) < 1e-6);
    CHECK((again.noise->to_host() == noisy.noise->to_host()));
    config.seed = 2;
    CHECK((simulate(Context(Device::cpu), config).noise->to_host() != noisy.noise->to_host()));
}

TEST_CASE("passes of any size give the same k-space", "[simulate]") {
    SimulationConfig config = small();
    config.coils.coils = 5;
    config.coils_per_pass = 5;
    std::vector<index_t> done;
    auto const once = simulate(Context(Device::cpu), config).kspace;
    config.coils_per_pass = 2;
    auto const passes = simulate(Context(Device::cpu), config, [&](index_t n) { done.push_back(n); }).kspace;
    CHECK(relative_error(passes.to_host(), once.to_host()) < 1e-5);
    CHECK(done == std::vector<index_t>{2, 4, 5});
}

TEST_CASE("closed form and fine grid agree on the ellipsoids", "[simulate]") {
    SimulationConfig config = small();
    config.matrix = Matrix{16, 16, 16};
    config.fov_mm.reset();
    config.anatomy = Anatomy::ellipsoids;
    config.phase = 0;
    config.coils.coils = 1;
    config.supersample = 4;
    auto const painted = simulate(Context(Device::cpu), config).kspace;
    config.kspace = KspacePath::analytic;
    CHECK(relative_error(painted.to_host(), simulate(Context(Device::cpu), config).kspace.to_host()) < 0.02);
    config.coils.coils = 2;
    CHECK_THROWS_WITH(simulate(Context(Device::cpu), config), Catch::Contains("closed form"));
}

TEST_CASE("volumes from files keep their place, their field of view and their shape", "[simulate]") {
    TemporaryFolder const folder;
    Context const host(Device::cpu);
    auto const volume = Tensor<real>::zeros(host, {10, 12, 14});
    volume.view<3>()(5, 6, 7) = 40; // the centre voxel
    volume.view<3>()(5, 6, 8) = 20;
    Geometry geometry;
    geometry.fov_mm = {30, 24, 42};
    geometry.centre_mm = {1, 2, 3};
    write_nifti(folder / "volume.nii.gz", volume, geometry);

    SimulationConfig config = small();
    config.anatomy = Anatomy::file;
    config.file = folder / "volume.nii.gz";
    config.matrix.reset();
    config.fov_mm.reset();
    config.phase = 0;
    SourceVolume const source = make_source_volume(config);
    CHECK(source.grid.matrix == Matrix{10, 12, 14});
    CHECK(source.geometry.fov_mm[2] == Approx(42));
    CHECK(source.geometry.centre_mm[1] == Approx(2));
    auto const v = source.values.view<3>();
    REQUIRE(source.values.shape() == Shape{20, 24, 28});
    CHECK(v(10, 12, 14).re == Approx(1));
    CHECK(v(10, 12, 15).re == Approx(0.75));
    CHECK(v(10, 12, 16).re == Approx(0.5));
    CHECK(v(12, 12, 14).re == Approx(0).margin(1e-7));

    config.file = folder / "missing.nii";
    CHECK_THROWS_WITH(make_source_volume(config), Catch::Contains("missing.nii"));
    config.anatomy = Anatomy::thorax; // a file that would not be read
    CHECK_THROWS_WITH(simulate(Context(Device::cpu), config), Catch::Contains("expected \"file\""));
}
