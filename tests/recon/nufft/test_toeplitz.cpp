#include "recon/nufft/toeplitz.h"
#include "tests/support/devices.h"

#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Points anywhere within the matrix; `mirrored`: each with its negative.
std::vector<real> points_in(Matrix const& m, index_t n, bool mirrored) {
    auto k = random_real(static_cast<std::size_t>(3 * n), 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(m[2 - i % 3]);
    if (mirrored)
        for (std::size_t i = 0; i < static_cast<std::size_t>(3 * n); ++i) k.push_back(-k[i]);
    return k;
}

/// F^H W F x by its definition, in double.
std::vector<complex> direct_normal(std::vector<complex> const& x, std::vector<real> const& k, std::vector<real> const& w, Matrix const& m) {
    std::vector<Complex<double>> sum(x.size());
    index_t const voxels = m[0] * m[1] * m[2];
    for (std::size_t j = 0; j < w.size(); ++j) {
        std::vector<Complex<double>> wave(static_cast<std::size_t>(voxels));
        Complex<double> sample;
        for (index_t i = 0; i < voxels; ++i) {
            index_t const at[3] = {i / m[2] / m[1], i / m[2] % m[1], i % m[2]};
            double phase = 0;
            for (int d = m[0] == 1 ? 1 : 0; d < 3; ++d)
                phase += 2 * std::numbers::pi * double(k[3 * j + static_cast<std::size_t>(2 - d)]) * static_cast<double>(at[d]) /
                    static_cast<double>(m[d]);
            wave[static_cast<std::size_t>(i)] = {std::cos(phase), std::sin(phase)};
            complex const v = x[static_cast<std::size_t>(i)];
            sample += conj(wave[static_cast<std::size_t>(i)]) * Complex<double>{v.re, v.im};
        }
        for (index_t i = 0; i < voxels; ++i)
            sum[static_cast<std::size_t>(i)] += double(w[j]) / static_cast<double>(voxels) * wave[static_cast<std::size_t>(i)] * sample;
    }
    std::vector<complex> rounded;
    for (auto const v : sum) rounded.push_back({static_cast<real>(v.re), static_cast<real>(v.im)});
    return rounded;
}

} // namespace

TEST_CASE("toeplitz is the normal operator of the samples", "[toeplitz]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{5, 6, 7}, Matrix{1, 11, 13}, Matrix{8, 3, 10}, Matrix{2, 2, 17});
    bool const mirrored = GENERATE(false, true);
    index_t const parts_per_pass = GENERATE(1, 8);
    auto const k = points_in(m, 40, mirrored);
    auto const n = static_cast<index_t>(k.size() / 3);
    auto w = random_real(static_cast<std::size_t>(n), 2, 0.1, 1);
    if (mirrored) std::copy_n(w.begin(), 40, w.begin() + 40);
    Toeplitz const toeplitz(ctx, m, Tensor<real>::from(ctx, {n, 3}, k), Tensor<real>::from(ctx, {n}, w), 1e-6, parts_per_pass);
    CHECK(toeplitz.symmetric() == mirrored);

    Shape const shape{2, m[0], m[1], m[2]};
    auto const xs = random_complex(static_cast<std::size_t>(shape.size()), 3);
    auto const x = Tensor<complex>::from(ctx, shape, xs);
    Tensor<complex> const y(ctx, shape);
    toeplitz.apply(x, y);
    std::size_t const voxels = xs.size() / 2;
    for (std::size_t c = 0; c < 2; ++c) {
        std::vector<complex> const one(xs.begin() + static_cast<std::ptrdiff_t>(c * voxels),
            xs.begin() + static_cast<std::ptrdiff_t>((c + 1) * voxels));
        CHECK(relative_error(y.slice(static_cast<index_t>(c), static_cast<index_t>(c) + 1).to_host(), direct_normal(one, k, w, m)) < 2e-6);
    }
    toeplitz.apply(x, x);
    CHECK(relative_error(x.to_host(), y.to_host()) < tolerance(1e-6, 1e-14));
}

TEST_CASE("toeplitz: one unpaired sample makes the spectrum asymmetric", "[toeplitz]") {
    Context const ctx;
    Matrix const m{6, 6, 6};
    auto k = points_in(m, 40, true);
    auto w = random_real(81, 2, 0.5, 1);
    std::copy_n(w.begin(), 40, w.begin() + 40);
    for (real const v : {real(2.5), real(-1.5), real(0.5)}) k.push_back(v);
    Toeplitz const toeplitz(ctx, m, Tensor<real>::from(ctx, {81, 3}, k), Tensor<real>::from(ctx, {81}, w), 1e-4);
    CHECK_FALSE(toeplitz.symmetric());
}

TEST_CASE("toeplitz takes the bytes that it declares", "[toeplitz]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{5, 6, 7}, Matrix{1, 16, 24}, Matrix{9, 20, 11});
    bool const mirrored = GENERATE(false, true);
    auto const k = points_in(m, 30, mirrored);
    auto const n = static_cast<index_t>(k.size() / 3);
    auto const trajectory = Tensor<real>::from(ctx, {n, 3}, k);
    auto const weights = Tensor<real>::from(ctx, {n}, std::vector<real>(static_cast<std::size_t>(n), 1));
    auto const live = [&] { return ctx.allocator().use().live; };
    std::size_t const before = live();
    Toeplitz const toeplitz(ctx, m, trajectory, weights, 1e-3);
    auto const need = Toeplitz::bytes(ctx.device(), m, toeplitz.symmetric());
    CHECK(live() - before == need.held);
    Tensor<complex> const x = Tensor<complex>::zeros(ctx, {3, m[0], m[1], m[2]}), y(ctx, x.shape());
    std::size_t const between = live();
    ctx.allocator().reset_peak();
    toeplitz.apply(x, y);
    std::size_t const taken = ctx.allocator().use().peak - between;
    CHECK(taken <= need.workspace);
    if (ctx.device() != Device::cuda) CHECK(taken == need.workspace); // what cuFFT wants is known on the device only
    CHECK(live() == between);
}

TEST_CASE("toeplitz refuses what it cannot do", "[toeplitz]") {
    Context const ctx;
    auto const trajectory = Tensor<real>::zeros(ctx, {4, 3});
    auto const weights = Tensor<real>::zeros(ctx, {3});
    CHECK_THROWS_WITH(Toeplitz(ctx, {4, 4, 4}, trajectory, weights, 1e-3), "toeplitz: 3 weights for 4 points");
}
