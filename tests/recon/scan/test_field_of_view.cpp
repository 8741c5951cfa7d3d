#include "recon/scan/field_of_view.h"

#include "recon/formats/read.h"
#include "recon/nufft/nufft.h"
#include "recon/simulation/trajectories.h"
#include "tests/support/blobs.h"
#include "tests/support/data.h"
#include "tests/support/devices.h"

#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

/// The scan of a Gaussian blob of any position and size, by its Fourier transform, with some noise.
Acquisition scan_of(Blob const& blob, Matrix const& matrix, TrajectoryConfig const& config, double noise) {
    Acquisition scan;
    scan.source = "simulation";
    scan.matrix = matrix;
    scan.geometry.fov_mm = {100, 200, 300};
    scan.trajectory = make_trajectory(config, matrix);
    Shape const samples{scan.trajectory.shape()[0], scan.trajectory.shape()[1]};
    auto y = random_complex(static_cast<std::size_t>(samples.size()), 1);
    for (index_t i = 0; i < samples.size(); ++i) {
        double phase = 0, square = 0;
        for (int d = 0; d < 3; ++d) {
            double const k = scan.trajectory.data()[3 * i + d];
            phase -= 2 * std::numbers::pi * k * blob.centre[2 - d];
            square += k * k;
        }
        double const signal = std::exp(-2 * std::pow(std::numbers::pi * blob.sigma, 2) * square);
        y[i] = {static_cast<real>(signal * std::cos(phase) + noise * y[i].re),
            static_cast<real>(signal * std::sin(phase) + noise * y[i].im)};
    }
    scan.kspace = Tensor<complex>::from(Context(), samples.prepended(1), y);
    return scan;
}

} // namespace

TEST_CASE("the field of view follows the object", "[fov]") {
    struct Case {
        Blob blob;
        Vector3 scale; // z, y, x: where the projected energy, a Gaussian of sigma / sqrt(2), falls to 2 %, and the margin
    };
    auto const width = [](double centre, double sigma) { return 2 * (std::abs(centre) + 1.98 * sigma + 0.05); };
    auto const c = GENERATE_COPY(Case{{{0, 0, 0}, 0.08}, {width(0, 0.08), width(0, 0.08), width(0, 0.08)}},
        Case{{{0.1, -0.3, 0.45}, 0.15}, {width(0.1, 0.15), width(0.3, 0.15), width(0.45, 0.15)}},
        Case{{{0, 0, 0}, 0.02}, {0.25, 0.25, 0.25}}, Case{{{0, 0.7, 0}, 0.15}, {width(0, 0.15), 2, width(0, 0.15)}});
    Matrix const matrix{32, 36, 40};
    auto const scan = scan_of(c.blob, matrix, {.undersampling = 0.5, .readout_oversampling = 2.5}, 1e-3);
    Matrix const found = estimate_matrix(Context(), matrix, scan);
    for (std::size_t d = 0; d < 3; ++d) {
        INFO("axis " << d);
        double const expected = c.scale[d] * static_cast<double>(matrix[d]);
        CHECK(found[d] % 2 == 0);
        CHECK(static_cast<double>(found[d]) > expected - 2);
        CHECK(static_cast<double>(found[d]) < expected * 1.15 + 4);
    }
}

TEST_CASE("readouts without oversampling show nothing beyond the nominal field of view", "[fov]") {
    Context const ctx = each_device();
    Matrix const matrix{1, 16, 16};
    auto const small = scan_of({{0, 0, 0}, 0.07}, matrix, {.kind = TrajectoryKind::radial_2d}, 0);
    Matrix const found = estimate_matrix(ctx, matrix, small);
    CHECK(found[0] == 1);
    CHECK(found[2] < 12);
    auto const large = scan_of({{0, 0.3, 0.5}, 0.2}, matrix, {.kind = TrajectoryKind::radial_2d}, 0);
    Matrix const whole = estimate_matrix(ctx, matrix, large);
    CHECK(whole[1] >= 16);
    CHECK(whole[1] <= 18); // golden-angle spokes miss the axis, so along it they are a little denser
    CHECK(whole[2] == 16);
    large.kspace.zero();
    CHECK_THROWS_WITH(estimate_matrix(ctx, matrix, large), "field of view: k-space has no signal near its centre");
}

TEST_CASE("a changed field of view shows the same object at the same resolution", "[fov]") {
    Matrix const matrix{1, 32, 32}, target{1, 24, 48};
    Blob const blob{{0, 0.1, -0.15}, 0.06};
    auto scan = scan_of(blob, matrix, {.kind = TrajectoryKind::radial_2d}, 0);
    change_field_of_view(scan, matrix, target);
    CHECK(scan.matrix == target);
    CHECK(scan.geometry.fov_mm == Vector3{100, 150, 450});

    // The discrete transform of the object painted on the new matrix is the scan, up to the volume of a voxel.
    Tensor<complex> volume(Context(), {1, 1, 24, 48});
    for (index_t y = 0; y < 24; ++y)
        for (index_t x = 0; x < 48; ++x) {
            double const dy = static_cast<double>(y - 12) / 32 - 0.1, dx = static_cast<double>(x - 24) / 32 + 0.15;
            volume.view<4>()(0, 0, y, x) = {static_cast<real>(std::exp(-0.5 * (dy * dy + dx * dx) / (0.06 * 0.06))), 0};
        }
    Tensor<complex> y(volume.context(), scan.kspace.shape());
    Nufft(volume.context(), target, scan.trajectory, {.accuracy = 1e-4}).forward(volume, y);
    double const scale = std::sqrt(24.0 * 48) / (2 * std::numbers::pi * 0.06 * 0.06 * 32 * 32);
    for (complex& v : y.host()) v = scale * v;
    CHECK(relative_error(y.host(), scan.kspace.host()) < 0.01);

    scan.maps = Tensor<complex>(Context(), {1, 1, 24, 48});
    CHECK_THROWS_WITH(change_field_of_view(scan, target, matrix), Catch::StartsWith("simulation: maps and reference image belong"));
}

TEST_CASE("the field of view of measured scans", "[fov]") {
    struct Case {
        char const* file;
        Matrix matrix;
    };
    for (auto const& c : {Case{"ute_phantom_2ch/MRI_Raw.h5", {80, 80, 80}}, Case{"xenon_duke_1ch/duke_radial.mrd", {64, 64, 64}},
             Case{"xenon_cpir_1ch/gas_ksp.hdr", {64, 64, 64}}, Case{"spiral_phantom_8ch_2d/spiral_ksp.hdr", {1, 260, 260}}}) {
        auto const file = shared_data(c.file);
        if (!file) {
            WARN("skipped: no " << c.file);
            continue;
        }
        Matrix const found = estimate_matrix(Context(), c.matrix, read_acquisition(*file));
        INFO(c.file << ": " << found[0] << " x " << found[1] << " x " << found[2]);
        for (std::size_t d = 0; d < 3; ++d) {
            CHECK(found[d] <= 2 * c.matrix[d]);
            CHECK(2 * found[d] >= c.matrix[d]);
        }
    }
}
