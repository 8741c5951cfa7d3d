#include "recon/metrics/metrics.h"

#include "tests/support/one_thread.h"
#include "tests/support/real_volumes.h"

#include <array>
#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

Context const kHost(Device::cpu);

Tensor<real> volume(Shape const& shape, std::vector<real> const& values) { return Tensor<real>::from(kHost, shape, values); }

// SSIM by its definition: every window on its own, variances about the window's mean.
double naive_ssim(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    auto const a = image.view<3>(), b = reference.view<3>();
    double range = 0, total = 0, count = 0;
    for (index_t i = 0; i < b.size(); ++i)
        if (!mask || mask->host()[static_cast<std::size_t>(i)] != 0) range = std::max(range, double(b[i]));
    double const c1 = 1e-4 * range * range, c2 = 9e-4 * range * range;
    auto const in_window = [&](index_t z, index_t y, index_t x, auto const& f) {
        for (index_t k = -5; k <= 5; ++k)
            for (index_t j = -5; j <= 5; ++j)
                for (index_t i = -5; i <= 5; ++i) {
                    index_t const w = z + k, v = y + j, u = x + i;
                    if (w < 0 || v < 0 || u < 0 || w >= a.shape[0] || v >= a.shape[1] || u >= a.shape[2]) continue;
                    f(std::exp(-double(i * i + j * j + k * k) / 4.5), double(a(w, v, u)), double(b(w, v, u)));
                }
    };
    for (index_t z = 0; z < a.shape[0]; ++z)
        for (index_t y = 0; y < a.shape[1]; ++y)
            for (index_t x = 0; x < a.shape[2]; ++x) {
                if (mask && mask->view<3>()(z, y, x) == 0) continue;
                double norm = 0, ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
                in_window(z, y, x, [&](double w, double p, double q) { norm += w, ma += w * p, mb += w * q; });
                ma /= norm, mb /= norm;
                in_window(z, y, x, [&](double w, double p, double q) {
                    va += w * (p - ma) * (p - ma) / norm;
                    vb += w * (q - mb) * (q - mb) / norm;
                    cov += w * (p - ma) * (q - mb) / norm;
                });
                total += (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
                count += 1;
            }
    return total / count;
}

} // namespace

TEST_CASE("nrmse and psnr by hand", "[metrics]") {
    auto const reference = volume({1, 2, 2}, {3, 0, 0, 4}), image = volume({1, 2, 2}, {3, 1, 0, 2});
    CHECK(nrmse(image, reference) == Approx(std::sqrt(5.0) / 5));
    CHECK(psnr(image, reference) == Approx(10 * std::log10(16 / 1.25)));
    CHECK(nrmse(reference, reference) == 0);
    CHECK(psnr(reference, reference) == std::numeric_limits<double>::infinity());
    Mask const mask = volume({1, 2, 2}, {1, 1, 0, 0});
    CHECK(nrmse(image, reference, mask) == Approx(1.0 / 3));
    CHECK(psnr(image, reference, mask) == Approx(10 * std::log10(9 / 0.5)));
}

TEST_CASE("nrmse of a large volume keeps double precision and does not depend on threads", "[metrics]") {
    index_t const n = 300000;
    auto const reference = constant({n}, 1), image = constant({n}, real(1.5));
    CHECK(nrmse(image, reference) == 0.5);
}

TEST_CASE("the fitted scale is the least-squares one", "[metrics]") {
    auto const image = volume({2}, {1, 2}), reference = volume({2}, {3, 4});
    CHECK(fit_scale(image, reference) == Approx(11.0 / 5));
    CHECK(fit_scale(image, reference, volume({2}, {0, 1})) == Approx(2.0));

    auto const x = random_complex(50, 1), noise = random_complex(50, 2);
    complex const s{real(0.5), real(-2)};
    std::vector<complex> exact, noisy;
    for (std::size_t i = 0; i < x.size(); ++i) {
        exact.push_back(s * x[i]);
        noisy.push_back(s * x[i] + noise[i]);
    }
    auto const tensor = [](std::vector<complex> const& v) { return Tensor<complex>::from(kHost, {50}, v); };
    auto const fitted = fit_scale(tensor(x), tensor(exact));
    CHECK(fitted.re == Approx(0.5).margin(1e-6));
    CHECK(fitted.im == Approx(-2).margin(1e-6));

    // the residual of the best scale is orthogonal to the image
    auto const best = fit_scale(tensor(x), tensor(noisy));
    Complex<double> product;
    for (std::size_t i = 0; i < x.size(); ++i) {
        Complex<double> const a{x[i].re, x[i].im}, b{noisy[i].re, noisy[i].im};
        product += conj(a) * (b - best * a);
    }
    CHECK(abs(product) < 1e-4);
}

TEST_CASE("ssim equals its definition, window by window", "[metrics]") {
    auto const shape = GENERATE(Shape{13, 14, 15}, Shape{1, 20, 12}, Shape{3, 2, 17}, Shape{24, 4, 4}, Shape{1, 1, 1});
    auto const reference = random_volume(shape, 1), noise = random_volume(shape, 2);
    auto const image = reference.clone();
    for (std::size_t i = 0; i < image.host().size(); ++i) image.host()[i] += real(0.5) * noise.host()[i];
    CHECK(ssim(image, reference) == Approx(naive_ssim(image, reference, {})).epsilon(1e-9));
    CHECK(ssim(reference, reference) == Approx(1.0).epsilon(1e-12));

    auto const mask = random_volume(shape, 3);
    for (real& m : mask.host()) m = m > real(0.6) ? real(1) : real(0);
    mask.host()[0] = 1;
    CHECK(ssim(image, reference, mask) == Approx(naive_ssim(image, reference, mask)).epsilon(1e-9));
}

TEST_CASE("ssim of constant volumes is its luminance term", "[metrics]") {
    double const a = 0.5, b = 2, c1 = 1e-4 * b * b;
    CHECK(ssim(constant({8, 8, 8}, real(a)), constant({8, 8, 8}, real(b))) == Approx((2 * a * b + c1) / (a * a + b * b + c1)));
}

TEST_CASE("slice-averaged ssim is the mean of the slices on their own", "[metrics]") {
    int const axis = GENERATE(0, 1, 2);
    auto const reference = random_volume({6, 7, 8}, 1), image = random_volume({6, 7, 8}, 2), mask = random_volume({6, 7, 8}, 3);
    index_t const slices = reference.shape()[axis], nu = reference.shape()[axis == 0 ? 1 : 0], nv = reference.shape()[axis == 2 ? 1 : 2];
    double all = 0, masked = 0;
    for (index_t s = 0; s < slices; ++s) {
        bool const counts = s != 2; // this one has nothing in the mask
        auto const a = constant({1, nu, nv}, 0), b = a.clone(), m = a.clone();
        for (index_t u = 0; u < nu; ++u)
            for (index_t v = 0; v < nv; ++v) {
                auto const [z, y, x] = axis == 0 ? std::array{s, u, v} : axis == 1 ? std::array{u, s, v} : std::array{u, v, s};
                real &r = reference.view<3>()(z, y, x), &in = mask.view<3>()(z, y, x);
                in = counts && (in > real(0.6) || u + v == 0) ? real(1) : real(0);
                if (u + v == 0) r = 2; // every slice has the volume's range
                a.view<3>()(0, u, v) = image.view<3>()(z, y, x);
                b.view<3>()(0, u, v) = r;
                m.view<3>()(0, u, v) = in;
            }
        all += ssim(a, b) / double(slices);
        if (counts) masked += ssim(a, b, m) / double(slices - 1);
    }
    CHECK(ssim_2d(image, reference, {}, axis) == Approx(all).epsilon(1e-12));
    CHECK(ssim_2d(image, reference, mask, axis) == Approx(masked).epsilon(1e-12));
    double const threads = ssim_2d(image, reference, mask, axis);
    OneThread const one;
    CHECK(ssim_2d(image, reference, mask, axis) == threads);
    CHECK_THROWS_WITH(ssim_2d(image, reference, {}, 3), Contains("ssim_2d: slices along axis 3"));
}

TEST_CASE("magnitudes are taken on the host", "[metrics]") {
    Context const ctx = each_device();
    auto const m = magnitude(Tensor<complex>::from(ctx, {1, 2}, std::vector<complex>{{3, -4}, {0, 2}}));
    CHECK(m.device() == Device::cpu);
    CHECK(m.shape() == Shape{1, 2});
    CHECK(m.host()[0] == 5);
    CHECK(m.host()[1] == 2);
}

TEST_CASE("metrics refuse what they cannot compare", "[metrics]") {
    auto const a = constant({1, 2, 2}, 1), zero = constant({1, 2, 2}, 0);
    auto const bad = volume({1, 2, 2}, {0, 0, std::numeric_limits<real>::quiet_NaN(), 0});
    CHECK_THROWS_WITH(nrmse(a, constant({1, 2, 3}, 1)), Contains("nrmse: an image of shape [1, 2, 2], a reference of shape [1, 2, 3]"));
    CHECK_THROWS_WITH(nrmse(a, zero), Contains("the reference is zero"));
    CHECK_THROWS_WITH(ssim(a, zero), Contains("ssim: the reference is zero"));
    CHECK_THROWS_WITH(psnr(bad, a), Contains("psnr: the image of shape [1, 2, 2] is not finite at element 2"));
    CHECK_THROWS_WITH(ssim(a, a, zero), Contains("the mask is empty"));
    CHECK_THROWS_WITH(ssim(a, a, constant({2, 2}, 1)), Contains("a mask of shape [2, 2]"));
    CHECK_THROWS_WITH(ssim(constant({2, 2}, 1), constant({2, 2}, 1)), Contains("a view of 3 dimensions"));
    CHECK_THROWS_WITH(fit_scale(zero, a), Contains("the image is zero"));
}
