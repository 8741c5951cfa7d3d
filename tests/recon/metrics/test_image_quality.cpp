// HFEN against SciPy, the object's mask, the seam measure and all metrics at once.
#include "recon/metrics/image_quality.h"

#include "tests/support/real_volumes.h"
#include "tests/support/run_program.h"

#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

bool has_scipy() { return std::system("/usr/bin/python3 -c 'import scipy.ndimage' > /dev/null 2>&1") == 0; }

std::vector<double> hfen_by_scipy(Tensor<real> const& image, Tensor<real> const& reference, Tensor<real> const& mask) {
    TemporaryFolder const folder;
    std::ofstream file(folder / "volumes", std::ios::binary);
    for (auto const& volume : {image, reference, mask})
        for (real const v : volume.host()) {
            double const wide = v;
            file.write(reinterpret_cast<char const*>(&wide), sizeof wide);
        }
    file.close();
    Shape const& s = image.shape();
    REQUIRE(std::system(fmt::format("/usr/bin/python3 " TESSERA_SOURCE_DIR "/tests/support/hfen_scipy.py {} {} {} {} > {}",
                (folder / "volumes").string(), s[0], s[1], s[2], (folder / "out").string())
                            .c_str()) == 0);
    std::istringstream text(text_of(folder / "out"));
    return {std::istream_iterator<double>(text), {}};
}

} // namespace

TEST_CASE("hfen equals that of SciPy", "[metrics]") {
    if (!has_scipy()) {
        WARN("not compared: /usr/bin/python3 has no scipy (Debian package python3-scipy)");
        return;
    }
    auto const shape = GENERATE(Shape{17, 20, 9}, Shape{1, 24, 19}, Shape{3, 2, 18});
    auto const reference = random_volume(shape, 1), noise = random_volume(shape, 2), mask = random_volume(shape, 3);
    auto const image = reference.clone();
    for (std::size_t i = 0; i < image.host().size(); ++i) image.host()[i] += real(0.5) * noise.host()[i];
    for (real& m : mask.host()) m = m > real(0.6) ? real(1) : real(0);
    auto const expected = hfen_by_scipy(image, reference, mask);
    REQUIRE(expected.size() == 4);
    CHECK(hfen(image, reference) == Approx(expected[0]).epsilon(1e-10));
    CHECK(hfen(image, reference, mask) == Approx(expected[1]).epsilon(1e-10));
    // its kernel answers to a constant, by 1e-5
    CHECK(hfen(image, reference) == Approx(expected[2]).epsilon(1e-3));
    CHECK(hfen(image, reference, mask) == Approx(expected[3]).epsilon(1e-3));
}

TEST_CASE("hfen sees edges and no constant", "[metrics]") {
    auto const reference = random_volume({9, 10, 11}, 1);
    CHECK(hfen(reference, reference) == 0);
    auto const shifted = reference.clone(), half = reference.clone();
    for (real& v : shifted.host()) v += 1;
    for (real& v : half.host()) v *= real(0.5);
    CHECK(hfen(shifted, reference) < (sizeof(real) == 4 ? 1e-5 : 1e-13));
    CHECK(hfen(half, reference) == Approx(0.5));
    CHECK_THROWS_WITH(hfen(reference, constant({9, 10, 11}, real(0.3))), Contains("hfen: the reference has no edges"));
    CHECK_THROWS_WITH(hfen(constant({4}, 1), constant({4}, 1)), Contains("hfen: expected volumes [z, y, x], found shape [4]"));
}

TEST_CASE("hfen of an impulse is that of the kernel by hand", "[metrics]") {
    // an error of half the impulse elsewhere: the norms of the answers stand as the impulses do
    auto const reference = constant({31, 31, 31}, 0), image = constant({31, 31, 31}, 0);
    reference.view<3>()(15, 15, 15) = 1;
    image.view<3>()(15, 15, 15) = 1;
    image.view<3>()(14, 15, 16) = real(0.5);
    CHECK(hfen(image, reference) == Approx(0.5));
    // at the impulse alone the error is LoG(1, 0, 1) / 2: with r^2 = 2 and sigma^2 = 2.25, exp(-4/9) (2 - 6.75) against -6.75
    Mask const there = constant({31, 31, 31}, 0);
    there->view<3>()(15, 15, 15) = 1;
    CHECK(hfen(image, reference, there) == Approx(0.5 * std::exp(-4.0 / 9) * 4.75 / 6.75).epsilon(1e-4));
}

TEST_CASE("quality is that of the metrics after the scale that fits best", "[metrics]") {
    auto const reference = random_volume({5, 6, 7}, 1), noise = random_volume({5, 6, 7}, 2), mask = random_volume({5, 6, 7}, 3);
    for (real& m : mask.host()) m = m > real(0.5) ? real(1) : real(0);
    auto const image = reference.clone(), scaled = reference.clone();
    for (std::size_t i = 0; i < image.host().size(); ++i) image.host()[i] = 3 * (image.host()[i] + real(0.2) * noise.host()[i]);
    for (Mask const& m : {Mask(), Mask(mask)}) {
        double const s = fit_scale(image, reference, m);
        for (std::size_t i = 0; i < image.host().size(); ++i) scaled.host()[i] = static_cast<real>(s * double(image.host()[i]));
        auto const q = quality(image, reference, m);
        CHECK(q.scale == s);
        CHECK(q.nrmse == nrmse(scaled, reference, m));
        CHECK(q.psnr == psnr(scaled, reference, m));
        CHECK(q.ssim == ssim(scaled, reference, m));
        CHECK(q.ssim_2d == ssim_2d(scaled, reference, m));
        CHECK(q.hfen == hfen(scaled, reference, m));
    }
    auto const two = constant({1, 2, 2}, 1);
    two.host()[3] = 2;
    CHECK(quality(two, two).data_range == 2);
    CHECK(summary({0.1, 20, 0.5, 0.25, 1, 1}) == "NRMSE 0.1000  PSNR 20.00 dB  SSIM 0.5000  HFEN 0.2500");
}

TEST_CASE("the mask holds the object, closed and with a margin of one voxel", "[metrics]") {
    auto const reference = constant({20, 20, 20}, real(0.04));
    auto const v = reference.view<3>();
    for (index_t z = 5; z < 15; ++z)
        for (index_t y = 5; y < 15; ++y)
            for (index_t x = 5; x < 15; ++x) v(z, y, x) = 1;
    v(9, 9, 9) = v(9, 10, 9) = 0; // a hole
    v(8, 8, 8) = 1000;            // one bright voxel does not raise the threshold
    auto const mask = object_mask(reference);
    for (index_t z = 0; z < 20; ++z)
        for (index_t y = 0; y < 20; ++y)
            for (index_t x = 0; x < 20; ++x) {
                bool const inside = std::min({z, y, x}) >= 4 && std::max({z, y, x}) <= 15;
                REQUIRE(mask.view<3>()(z, y, x) == (inside ? 1 : 0));
            }
    CHECK_THROWS_WITH(object_mask(constant({2, 2, 2}, 0)), Contains("object_mask: the reference is zero"));
}

TEST_CASE("the mask reaches the faces of the volume and closes thin slits only", "[metrics]") {
    auto const reference = constant({1, 1, 30}, 1);
    for (index_t x = 10; x < 14; ++x) reference.host()[static_cast<std::size_t>(x)] = 0; // 4 wide
    for (index_t x = 20; x < 28; ++x) reference.host()[static_cast<std::size_t>(x)] = 0; // 8 wide
    auto const mask = object_mask(reference);
    for (index_t x = 0; x < 30; ++x) CHECK(mask.host()[static_cast<std::size_t>(x)] == (x >= 21 && x < 27 ? 0 : 1));
}

TEST_CASE("the seam ratio compares voxels at faces with the others", "[metrics]") {
    auto const error = constant({4, 6, 7}, 1);
    CHECK(seam_ratio(error, {2, 4, 7}) == Approx(1.0));
    for (index_t y = 0; y < 6; ++y)
        for (index_t x = 0; x < 7; ++x) error.view<3>()(2, y, x) = error.view<3>()(1, y, x) = 3;
    CHECK(seam_ratio(error, {2, 6, 7}) == Approx(3.0));                                        // faces between z = 1 and 2
    CHECK(seam_ratio(error, {2, 100, 7}) == Approx(3.0));                                      // a patch may be larger than the volume
    CHECK(seam_ratio(error, {3, 6, 7}) == Approx(std::sqrt((9.0 + 1) / 2 / ((9.0 + 1) / 2)))); // z = 2, 3 against 0, 1
    CHECK(seam_ratio(error, {4, 6, 7}) == 1);                                                  // one patch
    CHECK(seam_ratio(error, {1, 1, 1}) == 1);                                                  // no voxel is away from a face
    CHECK(seam_ratio(constant({4, 6, 7}, 0), {2, 2, 2}) == 1);
    auto const far = constant({16, 2, 2}, 1);
    for (index_t z = 0; z < 4; ++z)
        for (index_t i = 0; i < 4; ++i) far.host()[static_cast<std::size_t>(4 * z + i)] = 100; // z = 4, 5 and 6 are neighbours of 7
    CHECK(seam_ratio(far, {8, 2, 2}) == Approx(1.0));

    auto const mask = constant({4, 6, 7}, 1);
    for (index_t y = 0; y < 6; ++y)
        for (index_t x = 0; x < 7; ++x) mask.view<3>()(1, y, x) = mask.view<3>()(2, y, x) = 0;
    CHECK(seam_ratio(error, {2, 6, 7}, mask) == 1); // the faces are masked out
    auto const only_faces = error.clone();
    for (real& e : only_faces.host()) e = e > 2 ? real(1) : real(0);
    CHECK(seam_ratio(only_faces, {2, 6, 7}) == std::numeric_limits<double>::infinity());
    CHECK_THROWS_WITH(seam_ratio(error, {2, 0, 7}), Contains("seam_ratio: patches of 2 x 0 x 7 voxels"));
}
