#include "core/arrays/tensor.h"
#include "core/fft/lane_fft.h"
#include "core/fft/lane_rows.h"
#include "tests/support/devices.h"

#include <algorithm>
#include <complex>
#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

using Value = std::complex<double>;

/// Lane `lane` of a panel.
std::vector<Value> lane_of(Tensor<complex> const& panel, index_t lane) {
    std::vector<Value> values;
    for (index_t i = 0; i < panel.shape()[0]; ++i) {
        complex const v = panel.data()[i * kAbreast + lane];
        values.emplace_back(v.re, v.im);
    }
    return values;
}

Tensor<complex> random_panel(index_t n, unsigned seed) {
    return Tensor<complex>::from(Context(), {n, kAbreast}, random_complex(static_cast<std::size_t>(n * kAbreast), seed));
}

std::vector<lanes::Factor> random_phases(index_t n, unsigned seed) {
    std::vector<lanes::Factor> w;
    for (real const angle : random_real(static_cast<std::size_t>(n), seed, -3, 3))
        w.push_back({std::cos(angle), 0, -std::sin(angle), std::sin(angle)});
    return w;
}
Value value(lanes::Factor const& w) { return {w.re, w.im}; }

/// exp(-i 2 pi k j / n), or its conjugate.
Value root(index_t k, index_t j, index_t n, bool forward) {
    return std::polar(1.0, (forward ? -2 : 2) * std::numbers::pi * static_cast<double>(k * j % n) / static_cast<double>(n));
}

double largest_difference(std::vector<Value> const& a, std::vector<Value> const& b) {
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

} // namespace

TEST_CASE("lane fft: every lane has the transform of its sequence, in the order that is told", "[lane_fft]") {
    index_t const n = GENERATE(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 18, 20, 21, 25, 27, 30, 32, 48, 49, 50, 64, 70, 81, 128, 150);
    bool const padded = GENERATE(false, true), phased = GENERATE(false, true);
    index_t const used = padded ? (n + 1) / 2 : n; // what follows counts as zero
    LaneFft const fft(n);
    REQUIRE(fft.n() == n);
    auto const x = random_panel(used, 1), added = random_panel(used, 2);
    auto const phases = random_phases(used, 3);
    lanes::Factor const* const phase = phased ? phases.data() : nullptr;
    Tensor<complex> const panel(Context(), {n, kAbreast}), back(Context(), {used, kAbreast});
    double const bound = tolerance(2e-6, 1e-14) * std::sqrt(static_cast<double>(n)) * 10;

    fft.forward({x.data(), kAbreast, used, phase}, panel.data());
    std::vector<bool> seen(static_cast<std::size_t>(n), false);
    for (index_t const lane : {index_t{0}, kAbreast - 1}) {
        auto const in = lane_of(x, lane), plus = lane_of(added, lane);
        std::vector<Value> spectrum(static_cast<std::size_t>(n)), image(static_cast<std::size_t>(used));
        for (index_t i = 0; i < n; ++i) {
            index_t const k = fft.order()[static_cast<std::size_t>(i)];
            seen.at(static_cast<std::size_t>(k)) = true;
            for (index_t j = 0; j < used; ++j) spectrum[i] += root(k, j, n, true) * in[j] * (phased ? value(phases[j]) : 1.0);
        }
        CHECK(largest_difference(lane_of(panel, lane), spectrum) < bound);
        auto const copy = panel.clone();
        fft.backward(copy.data(), {back.data(), kAbreast, used, phase, added.data(), kAbreast});
        for (index_t j = 0; j < used; ++j) {
            for (index_t i = 0; i < n; ++i) image[j] += root(fft.order()[i], j, n, false) * spectrum[i];
            image[j] = image[j] * (phased ? std::conj(value(phases[j])) : 1.0) + plus[j];
        }
        CHECK(largest_difference(lane_of(back, lane), image) < bound * static_cast<double>(n));
    }
    CHECK(std::count(seen.begin(), seen.end(), true) == n);
}

TEST_CASE("lane fft: a convolution is transform, spectrum and transform", "[lane_fft]") {
    index_t const n = GENERATE(1, 2, 7, 10, 24, 45, 64, 90);
    LaneFft const fft(n);
    auto const x = random_panel(n, 1);
    Tensor<complex> const panel(Context(), {n, kAbreast}), expected(Context(), {n, kAbreast}), found(Context(), {n, kAbreast});
    auto const values = random_real(static_cast<std::size_t>(n * kAbreast), 2);
    auto const spectrum = Tensor<real>::from(Context(), {n * kAbreast}, values);
    fft.forward({x.data(), kAbreast, n}, panel.data());
    for (index_t i = 0; i < panel.size(); ++i) panel.data()[i] = values[static_cast<std::size_t>(i)] * panel.data()[i];
    fft.backward(panel.data(), {expected.data(), kAbreast, n});
    fft.convolve({x.data(), kAbreast, n}, spectrum.data(), panel.data(), {found.data(), kAbreast, n});
    CHECK(relative_error(found.host(), expected.host()) < tolerance(1e-6, 1e-14));
}

TEST_CASE("lane fft refuses lengths with other factors", "[lane_fft]") {
    CHECK_THROWS_WITH(LaneFft(22), "lane fft: length 22 is no product of 2, 3, 5 and 7");
    CHECK(LaneFft::good_length(1) == 1);
    CHECK(LaneFft::good_length(11) == 12);
    CHECK(LaneFft::good_length(15) == 15);
    CHECK(LaneFft::good_length(121) == 125);
}

TEST_CASE("rows of a volume become lanes, and come back", "[lane_fft]") {
    index_t const n = GENERATE(1, 7, 8, 19, 32), rows = GENERATE(index_t{1}, kAbreast - 1, kAbreast), stride = n + 3;
    auto const volume =
        Tensor<complex>::from(Context(), {kAbreast, stride}, random_complex(static_cast<std::size_t>(kAbreast * stride), 1));
    Tensor<complex> const panel(Context(), {n, kAbreast});
    gather_rows(volume.data(), stride, n, rows, panel.data());
    for (index_t x = 0; x < n; ++x)
        for (index_t i = 0; i < kAbreast; ++i)
            REQUIRE(panel.data()[x * kAbreast + i] == (i < rows ? volume.data()[i * stride + x] : complex{}));

    bool const add = GENERATE(false, true);
    auto const out = Tensor<complex>::from(Context(), volume.shape(), random_complex(static_cast<std::size_t>(volume.size()), 2));
    auto const before = out.clone();
    scatter_rows(panel.data(), stride, n, rows, add, out.data());
    for (index_t i = 0; i < kAbreast; ++i)
        for (index_t x = 0; x < stride; ++x) {
            complex const was = before.data()[i * stride + x], in = volume.data()[i * stride + x];
            REQUIRE(out.data()[i * stride + x] == (i < rows && x < n ? (add ? was + in : in) : was));
        }

    // Planes of kAbreast neighbours, one more line than rows apart.
    index_t const blocks = (n + kAbreast - 1) / kAbreast, apart = (rows + 1) * kAbreast;
    Tensor<complex> const planes(Context(), {blocks * apart}), again(Context(), panel.shape());
    to_planes(panel.data(), n, rows, apart, planes.data());
    for (index_t x = 0; x < blocks * kAbreast; ++x)
        for (index_t i = 0; i < rows; ++i)
            REQUIRE(
                planes.data()[x / kAbreast * apart + i * kAbreast + x % kAbreast] == (x < n ? panel.data()[x * kAbreast + i] : complex{}));
    from_planes(planes.data(), apart, n, rows, again.data());
    CHECK(relative_error(again.host(), panel.host()) == 0);
}
