#include "core/arrays/sums.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("sums of real tensors, of any size", "[sums]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 20011);
    auto const values = random_real(static_cast<std::size_t>(n), 1, -1, 2);
    double expected = 0, squares = 9;
    for (real const v : values) {
        expected += v;
        squares += double(v) * v;
    }
    auto const x = Tensor<real>::from(ctx, {n}, values), three = Tensor<real>::from(ctx, {1}, std::vector<real>{3});
    CHECK(sum(x) == Approx(expected).epsilon(1e-12).margin(1e-12));
    CHECK(norm({x, three}) == Approx(std::sqrt(squares)).epsilon(1e-12));
    CHECK(norm(std::vector<Tensor<real>>{}) == 0);
}

TEST_CASE("sums of differences, with a mask and with weights that repeat", "[sums]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(1, 33, 5000);
    auto const size = static_cast<std::size_t>(n);
    auto const p = random_complex(size, 1), t = random_complex(size, 2);
    auto w = random_real(GENERATE(0u, 1u, 11u), 3, 0.1, 2);
    if (w.size() > 1) w[2] = 0;
    bool const mask = GENERATE(false, true), squared = GENERATE(false, true);
    Difference expected;
    for (std::size_t i = 0; i < size; ++i) {
        double const value = w.empty() ? 1.0 : double(w[i % w.size()]), weight = mask && value != 0 ? 1.0 : value;
        if (weight == 0) continue;
        double const error = std::hypot(double(p[i].re) - t[i].re, double(p[i].im) - t[i].im),
                     r = std::hypot(double(t[i].re), double(t[i].im));
        expected += Difference{weight * (squared ? error * error : error), weight * r * r, weight, r};
    }
    auto const weights = Tensor<real>::from(ctx, {static_cast<index_t>(w.size())}, w);
    auto const found = difference(Tensor<complex>::from(ctx, {n}, p), Tensor<complex>::from(ctx, {n}, t), {weights.flat(), mask}, squared);
    CHECK(found.error == Approx(expected.error).epsilon(1e-12));
    CHECK(found.reference == Approx(expected.reference).epsilon(1e-12));
    CHECK(found.weight == Approx(expected.weight).epsilon(1e-12));
    CHECK(found.peak == Approx(expected.peak).epsilon(1e-12));
}
