// Widths of tubes with a known profile, of neighbours, and of the simulated thorax.
#include "recon/metrics/vessel_sharpness.h"

#include "recon/formats/read.h"
#include "recon/metrics/metrics.h"
#include "recon/simulation/shapes.h"
#include "tests/support/recon_scan.h"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr Matrix kMatrix{28, 30, 32};
constexpr Vector3 kFov{42, 60, 48}; // voxels of 1.5 x 2 x 1.5 mm (z, y, x)
constexpr double kFwhmOfSigma = 2.354820;

/// Vessels of Gaussian cross-section (sigma in mm) with an amplitude, on a background.
Tensor<real> gaussian_vessels(std::vector<VesselSegment> const& vessels, double sigma, double amplitude, double background) {
    Tensor<real> const volume(Context(), {kMatrix[0], kMatrix[1], kMatrix[2]});
    auto const v = volume.view<3>();
    for (index_t z = 0; z < v.shape[0]; ++z)
        for (index_t y = 0; y < v.shape[1]; ++y)
            for (index_t x = 0; x < v.shape[2]; ++x) {
                Vector3 const p{1.5 * double(x - 16), 2.0 * double(y - 15), 1.5 * double(z - 14)};
                double value = background;
                for (auto const& t : vessels) {
                    double const distance = norm(cross(p - t.from, normalized(t.to - t.from)));
                    value += amplitude * std::exp(-distance * distance / (2 * sigma * sigma));
                }
                v(z, y, x) = static_cast<real>(value);
            }
    return volume;
}

std::vector<VesselSegment> slanted() { return {{{-4, -6, -3}, {5, 4, 6}, 2.2, 1.8}}; }

} // namespace

TEST_CASE("the width of a Gaussian vessel is 2.355 sigma, whatever its brightness and background", "[vessel_sharpness]") {
    double const background = GENERATE(0.0, 0.4);
    auto const reference = gaussian_vessels(slanted(), 2, 1, background);
    auto const profiles = choose_profiles(reference, slanted(), kFov);
    REQUIRE(profiles.size() == 4);
    auto const own = vessel_sharpness(reference, profiles);
    CHECK(own.profiles == 4);
    CHECK(own.lost == 0);
    CHECK(own.fwhm_mm == Approx(kFwhmOfSigma * 2).epsilon(0.03)); // a sigma of one voxel: interpolation widens it a little
    CHECK(own.over_diameter == Approx(own.fwhm_mm / 4));
    CHECK(own.over_reference == 1);

    auto const blurred = vessel_sharpness(gaussian_vessels(slanted(), 2.6, 7, 7 * background), profiles);
    CHECK(blurred.lost == 0);
    CHECK(blurred.over_reference == Approx(2.6 / 2).epsilon(0.03));

    auto const gone = vessel_sharpness(gaussian_vessels(slanted(), 2, 0, 1), profiles);
    CHECK(gone.lost == 4);
    CHECK(gone.lost_share() == 1);
    CHECK(std::isnan(gone.fwhm_mm));
}

TEST_CASE("lines that meet a neighbour, leave the volume or see no vessel are left out", "[vessel_sharpness]") {
    auto const along_z = [](double x, double y) { return VesselSegment{{x, y, -3}, {x, y, 3}, 2, 2}; };
    SECTION("a neighbour in one direction") {
        std::vector<VesselSegment> const vessels{along_z(0, 0), along_z(0, 8)};
        auto const profiles = choose_profiles(gaussian_vessels(vessels, 1.7, 1, 0), {vessels[0]}, kFov);
        CHECK(profiles.size() == 3);
        for (auto const& p : profiles) CHECK(std::abs(p.step[0]) > 1e-3); // none along y
    }
    SECTION("at the face") { CHECK(choose_profiles(gaussian_vessels({along_z(20, 0)}, 1.7, 1, 0), {along_z(20, 0)}, kFov).size() == 1); }
    SECTION("a vessel that is not in the image") {
        CHECK(choose_profiles(gaussian_vessels({along_z(15, 0)}, 1.7, 1, 0), {along_z(-8, 0)}, kFov).empty());
    }
    SECTION("too thin and too thick") {
        auto vessel = along_z(0, 0);
        auto const reference = gaussian_vessels({vessel}, 1.7, 1, 0);
        CHECK(choose_profiles(reference, {vessel}, kFov).size() == 4);
        CHECK(choose_profiles(reference, {vessel}, kFov, {.smallest = 3}).empty());
        CHECK(choose_profiles(reference, {vessel}, kFov, {.largest = 2}).empty());
    }
}

TEST_CASE("the simulated vessel tree lies on the vessels of the image, through the file", "[vessel_sharpness]") {
    TemporaryFolder const folder;
    SimulationConfig config;
    config.matrix = Matrix{64, 64, 64};
    config.coils.coils = 1;
    config.trajectory.readouts = 2; // k-space plays no part
    write_acquisition(folder / "scan.h5", simulate(Context(), config));
    auto const scan = read_acquisition(folder / "scan.h5");
    REQUIRE(scan.vessels.size() > 100);
    auto const reference = magnitude(*scan.reference);
    auto const profiles = choose_profiles(reference, scan.vessels, scan.geometry.fov_mm);
    REQUIRE(profiles.size() > 20);
    auto const own = vessel_sharpness(reference, profiles);
    CHECK(own.lost == 0);
    CHECK(own.over_reference == 1);
    CHECK(own.over_diameter > 0.8);
    CHECK(own.over_diameter < 1.6); // a few voxels wide: blurred by the voxel

    auto const smooth = reference.clone(); // mean of 3 x 3 x 3 voxels
    auto const in = reference.view<3>(), out = smooth.view<3>();
    for (index_t z = 1; z < 63; ++z)
        for (index_t y = 1; y < 63; ++y)
            for (index_t x = 1; x < 63; ++x) {
                double sum = 0;
                for (index_t k = 0; k < 27; ++k) sum += double(in(z + k / 9 - 1, y + k / 3 % 3 - 1, x + k % 3 - 1)) / 27;
                out(z, y, x) = static_cast<real>(sum);
            }
    auto const blurred = vessel_sharpness(smooth, profiles);
    CHECK(blurred.over_reference > 1.1);

    auto shifted = scan.vessels; // beside the vessels there is little to choose
    for (auto& v : shifted) v.from[0] += 25, v.to[0] += 25;
    CHECK(choose_profiles(reference, shifted, scan.geometry.fov_mm).size() < profiles.size() / 3);
}
