// Metrics against scikit-image, statistics against SciPy.
#include "recon/metrics/image_quality.h"
#include "recon/metrics/statistics.h"
#include "recon/simulation/phantom.h"
#include "tests/support/real_volumes.h"
#include "tests/support/run_program.h"

#include <iterator>
#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

bool has(char const* module) {
    bool const found = std::system(fmt::format("/usr/bin/python3 -c 'import {}' > /dev/null 2>&1", module).c_str()) == 0;
    if (!found) WARN("not compared: /usr/bin/python3 has no " << module << " (Debian packages python3-skimage and python3-scipy)");
    return found;
}

/// What the script prints for values in a file.
std::vector<double> by_python(std::string const& what, std::vector<double> const& values, std::string const& sizes) {
    TemporaryFolder const folder;
    std::ofstream(folder / "values", std::ios::binary).write(reinterpret_cast<char const*>(values.data()), std::ssize(values) * 8);
    REQUIRE(std::system(fmt::format("/usr/bin/python3 " TESSERA_SOURCE_DIR "/tests/support/metrics_reference.py {} {} {} > {}", what,
                (folder / "values").string(), sizes, (folder / "out").string())
                            .c_str()) == 0);
    std::istringstream text(text_of(folder / "out"));
    return {std::istream_iterator<double>(text), {}};
}

void compare_volumes(Tensor<real> const& image, Tensor<real> const& reference, Tensor<real> const& mask) {
    std::vector<double> values;
    for (auto const& volume : {image, reference, mask}) values.insert(values.end(), volume.host().begin(), volume.host().end());
    Shape const& s = image.shape();
    auto const expected = by_python("volumes", values, fmt::format("{} {} {}", s[0], s[1], s[2]));
    REQUIRE(expected.size() == 8);
    CHECK(nrmse(image, reference) == Approx(expected[0]).epsilon(1e-10));
    CHECK(psnr(image, reference) == Approx(expected[1]).epsilon(1e-10));
    CHECK(nrmse(image, reference, mask) == Approx(expected[2]).epsilon(1e-10));
    CHECK(psnr(image, reference, mask) == Approx(expected[3]).epsilon(1e-10));
    CHECK(ssim(image, reference, mask) == Approx(expected[4]).epsilon(1e-9));
    for (int axis = 0; axis < 3; ++axis)
        CHECK(ssim_2d(image, reference, mask, axis) == Approx(expected[5 + static_cast<std::size_t>(axis)]).epsilon(1e-9));
}

/// Only where no window sticks out of the volume: scikit-image continues volumes by reflection, here windows are cut.
void clear_border(Tensor<real> const& mask) {
    auto const m = mask.view<3>();
    for (index_t z = 0; z < m.shape[0]; ++z)
        for (index_t y = 0; y < m.shape[1]; ++y)
            for (index_t x = 0; x < m.shape[2]; ++x)
                if (std::min({z, y, x}) < 5 || z >= m.shape[0] - 5 || y >= m.shape[1] - 5 || x >= m.shape[2] - 5) m(z, y, x) = 0;
}

} // namespace

TEST_CASE("metrics equal those of scikit-image", "[metrics]") {
    if (!has("skimage.metrics")) return;
    SECTION("of random volumes") {
        Shape const shape{15, 18, 13};
        auto const reference = random_volume(shape, 1), noise = random_volume(shape, 2), mask = random_volume(shape, 3);
        auto const image = reference.clone();
        for (std::size_t i = 0; i < image.host().size(); ++i) image.host()[i] += real(0.5) * noise.host()[i];
        for (real& m : mask.host()) m = m > real(0.6) ? real(1) : real(0);
        clear_border(mask);
        compare_volumes(image, reference, mask);
    }
    SECTION("of a thorax with noise, in the mask of the object") {
        SamplingGrid const grid({24, 26, 32}, {400, 300, 400});
        auto const reference = Thorax(3).magnitude(grid), noise = random_volume(reference.shape(), 4);
        auto const image = reference.clone(), mask = object_mask(reference);
        for (std::size_t i = 0; i < image.host().size(); ++i)
            image.host()[i] = std::abs(real(0.9) * image.host()[i] + real(0.2) * noise.host()[i]);
        clear_border(mask);
        compare_volumes(image, reference, mask);
    }
}

TEST_CASE("statistics equal those of SciPy", "[statistics]") {
    if (!has("scipy.stats")) return;
    std::size_t const n = GENERATE(std::size_t{2}, std::size_t{3}, std::size_t{8}, std::size_t{101});
    double const effect = GENERATE(0.0, 0.1, 2.0);
    auto const noise = random_real(2 * n, static_cast<unsigned>(n));
    std::vector<double> first(n), second(n), both;
    for (std::size_t i = 0; i < n; ++i) {
        first[i] = 3 + double(noise[i]) + effect;
        second[i] = 3 + double(noise[i]) + 0.3 * double(noise[n + i]);
    }
    both = first;
    both.insert(both.end(), second.begin(), second.end());
    auto const expected = by_python("cases", both, std::to_string(n));
    REQUIRE(expected.size() == 9);
    auto const one = summarise(first);
    CHECK(one.mean == Approx(expected[0]).epsilon(1e-12));
    CHECK(one.deviation == Approx(expected[1]).epsilon(1e-12));
    auto const d = paired_difference(first, second);
    CHECK(d.n == n);
    CHECK(d.mean == Approx(expected[2]).epsilon(1e-10));
    CHECK(d.deviation == Approx(expected[3]).epsilon(1e-10));
    CHECK(d.low == Approx(expected[4]).epsilon(1e-8)); // SciPy's quantiles have about ten digits
    CHECK(d.high == Approx(expected[5]).epsilon(1e-8));
    CHECK(d.t == Approx(expected[6]).epsilon(1e-10));
    CHECK(d.p == Approx(expected[7]).epsilon(1e-8));
    CHECK(median(first) == Approx(expected[8]).epsilon(1e-12));
}

TEST_CASE("statistics of few and equal cases", "[statistics]") {
    std::vector<double> const none, one{2}, three{1, 2, 6};
    CHECK(std::isnan(summarise(none).mean));
    CHECK(summarise(one).mean == 2);
    CHECK(std::isnan(summarise(one).deviation));
    auto const single = paired_difference(one, std::vector<double>{5});
    CHECK(single.mean == -3);
    for (double const undefined : {single.deviation, single.low, single.high, single.t, single.p}) CHECK(std::isnan(undefined));
    auto const equal = paired_difference(three, three);
    CHECK(equal.mean == 0);
    CHECK(std::isnan(equal.t));
    CHECK(std::isnan(equal.p));
    auto const shifted = paired_difference(three, std::vector<double>{0, 1, 5});
    CHECK(std::isinf(shifted.t));
    CHECK(shifted.p == 0);
    CHECK(std::isnan(median(none)));
    CHECK(median(three) == 2);
    CHECK(median(std::vector<double>{4, 1, 3, 2}) == 2.5);
    CHECK(student_two_sided(0, 4) == 1);
    CHECK(student_two_sided(-1, 1) == Approx(0.5)); // Cauchy's distribution
    CHECK_THROWS_WITH(paired_difference(one, three), Contains("1 cases of the one and 3 of the other"));
    CHECK_THROWS_WITH(summarise(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}), Contains("value 1 is nan"));
}
