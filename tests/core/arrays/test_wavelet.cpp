// The transform of volumes: orthonormal at every size, and sparse where it should be.
#include "core/arrays/vector_ops.h"
#include "core/arrays/wavelet.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {

index_t voxels(Matrix const& m) { return m[0] * m[1] * m[2]; }
Tensor<complex> volume(Context const& ctx, Matrix const& m, std::vector<complex> const& values) {
    return Tensor<complex>::from(ctx, {m[0], m[1], m[2]}, values);
}
Tensor<complex> coefficients_of(WaveletTransform const& w, Tensor<complex> const& x, Matrix const& shift = {}) {
    Tensor<complex> c(x.context(), x.shape());
    w.forward(x.clone(), c, shift);
    return c;
}

} // namespace

TEST_CASE("the wavelet transform keeps norms, its inverse undoes it, and it shifts first", "[wavelet]") {
    Context const ctx = each_device();
    auto const m =
        GENERATE(Matrix{1, 1, 1}, Matrix{0, 4, 4}, Matrix{1, 1, 13}, Matrix{1, 9, 4}, Matrix{2, 3, 1}, Matrix{5, 6, 7}, Matrix{8, 1, 11});
    auto const levels = GENERATE(std::optional<index_t>(1), std::optional<index_t>(2), std::optional<index_t>(9), std::optional<index_t>());
    int const moments = GENERATE(2, 4);
    CAPTURE(m, moments);
    WaveletTransform const w(m, daubechies(moments), levels);
    auto const values = random_complex(static_cast<std::size_t>(voxels(m)), 1);
    auto const x = volume(ctx, m, values);
    double const close = tolerance(2e-6, 1e-13);
    for (Matrix const& shift : {Matrix{}, Matrix{m[0] / 2, m[1] / 3, m[2] - 1}}) {
        if (shift[2] < 0) continue;
        auto const c = coefficients_of(w, x, shift);
        CHECK(norm(c) == Approx(norm(x)).epsilon(close).margin(1e-30));
        std::vector<complex> rolled(values.size());
        Matrix by = shift;
        for (std::size_t d = 0; d < 3; ++d)
            if (w.coarsest()[d] == m[d]) by[d] = 0; // not split
        for (index_t i = 0; i < voxels(m); ++i) {
            index_t const z = (i / m[2] / m[1] + by[0]) % m[0], y = (i / m[2] % m[1] + by[1]) % m[1], at = (i % m[2] + by[2]) % m[2];
            rolled[static_cast<std::size_t>(i)] = values[static_cast<std::size_t>((z * m[1] + y) * m[2] + at)];
        }
        CHECK(relative_error(coefficients_of(w, volume(ctx, m, rolled)).to_host(), c.to_host()) < close);
        Tensor<complex> const back(ctx, x.shape());
        w.inverse(c, back, shift);
        CHECK(relative_error(back.to_host(), values) < close);
    }
}

TEST_CASE("the matrix of the transform of a volume is orthogonal", "[wavelet]") {
    Context const ctx;
    auto const m = GENERATE(Matrix{3, 4, 5}, Matrix{1, 7, 6}, Matrix{2, 2, 9});
    WaveletTransform const w(m, daubechies(3), 3);
    std::vector<std::vector<complex>> columns;
    for (index_t i = 0; i < voxels(m); ++i) {
        auto const e = Tensor<complex>::zeros(ctx, {m[0], m[1], m[2]});
        e.data()[i] = {1, 0};
        columns.push_back(coefficients_of(w, e).to_host());
    }
    double worst = 0;
    for (std::size_t i = 0; i < columns.size(); ++i)
        for (std::size_t j = 0; j <= i; ++j) worst = std::max(worst, std::abs(inner(columns[i], columns[j]).re - (i == j)));
    CHECK(worst < tolerance(2e-6, 1e-13));
}

TEST_CASE("as many levels as leave eight voxels, and bands where they are said to be", "[wavelet]") {
    CHECK(WaveletTransform({64, 48, 1}, daubechies(2)).coarsest() == Matrix{8, 12, 1});
    CHECK(WaveletTransform({64, 48, 1}, daubechies(2)).levels() == 3);
    CHECK(WaveletTransform({15, 8, 3}, daubechies(2)).levels() == 0);
    CHECK(WaveletTransform({17, 31, 16}, daubechies(2)).coarsest() == Matrix{9, 8, 8});
    CHECK(WaveletTransform({300, 200, 450}, daubechies(4)).coarsest() == Matrix{10, 13, 15});
    CHECK(WaveletTransform({15, 8, 3}, daubechies(2), 1).coarsest() == Matrix{8, 4, 2});
    CHECK(WaveletTransform({5, 1, 2}, daubechies(2), 30).coarsest() == Matrix{1, 1, 1});

    // a smooth ramp has details only where the circle closes
    Context const ctx;
    index_t const n = 64;
    std::vector<complex> ramp;
    for (index_t i = 0; i < n; ++i) ramp.push_back({static_cast<real>(i), static_cast<real>(1 - 2 * i)});
    WaveletTransform const w({1, 1, n}, daubechies(2), 1);
    auto const c = coefficients_of(w, volume(ctx, {1, 1, n}, ramp)).to_host();
    for (std::size_t k = 32; k < 63; ++k) CHECK(abs(c[k]) < tolerance(1e-3, 1e-11));
    CHECK(abs(c[63]) > 1);
}

TEST_CASE("the wavelet transform refuses what does not fit", "[wavelet]") {
    Context const ctx;
    WaveletTransform const w({4, 4, 4}, daubechies(2));
    auto const x = Tensor<complex>::zeros(ctx, {4, 4, 4});
    CHECK_THROWS_WITH(w.forward(x, x), Catch::Contains("same memory"));
    CHECK_THROWS_WITH(w.forward(x, x.clone(), {0, 4, 0}), Catch::Contains("a shift of 4 on an axis of 4"));
    CHECK_THROWS_WITH(w.inverse(x, Tensor<complex>::zeros(ctx, {4, 4, 5})), Catch::Contains("expected [4, 4, 4]"));
}
