#include "core/arrays/anderson.h"
#include "core/arrays/fixed_point.h"
#include "core/arrays/vector_ops.h"
#include "tests/support/dense_operator.h"

#include <cmath>

using namespace tessera;
using namespace tessera::test;

namespace {

// f(x) = d x + e conj(x) + c for every element: linear in real numbers, not in complex ones, as the regularisers' Jacobians are.
struct Contraction {
    Tensor<complex> c;
    double largest; // the Lipschitz constant, reached at the first element by real numbers

    Tensor<complex> operator()(Tensor<complex> const& x) const {
        auto const y = x.clone();
        auto const offset = c.to_host();
        auto values = y.host();
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto const [d, e] = factors(i);
            complex const v = values[i];
            values[i] = {static_cast<real>((d + e) * v.re) + offset[i].re, static_cast<real>((d - e) * v.im) + offset[i].im};
        }
        return y;
    }
    std::vector<complex> fixed_point() const {
        auto x = c.to_host();
        for (std::size_t i = 0; i < x.size(); ++i) {
            auto const [d, e] = factors(i);
            x[i] = {static_cast<real>(x[i].re / (1 - d - e)), static_cast<real>(x[i].im / (1 - d + e))};
        }
        return x;
    }

private:
    std::pair<double, double> factors(std::size_t i) const {
        double const part = largest * (1 - 0.13 * static_cast<double>(i % 7)); // of both signs
        return {0.75 * part, 0.25 * part};
    }
};

Contraction contraction(Context const& ctx, Shape const& shape, double largest) {
    return {Tensor<complex>::from(ctx, shape, random_complex(static_cast<std::size_t>(shape.size()), 5)), largest};
}

FixedPointMap as_map(std::function<Tensor<complex>(Tensor<complex> const&)> f, int* calls = nullptr) {
    return [f, calls](Tensor<complex> const& x, VolumeStore&) {
        if (calls) ++*calls;
        return f(x);
    };
}

// One real number that every voxel follows by itself.
FixedPointMap scalar_map(std::function<double(double)> const& f) {
    return as_map([f](Tensor<complex> const& x) {
        auto const y = x.clone();
        for (complex& v : y.host()) v = {static_cast<real>(f(static_cast<double>(v.re))), 0};
        return y;
    });
}

Tensor<complex> constant(Context const& ctx, double value) {
    return Tensor<complex>::from(ctx, {1}, std::vector<complex>{{static_cast<real>(value), 0}});
}

} // namespace

TEST_CASE("fixed points of linear contractions are found, of any size and with any depth", "[fixed-point]") {
    Context const ctx;
    auto const shape = GENERATE(Shape{1, 1, 1}, Shape{1, 1, 2}, Shape{3, 5, 7}, Shape{11, 13, 17});
    auto const depth = GENERATE(index_t{0}, index_t{1}, index_t{5}, index_t{12});
    auto const place = GENERATE(CheckpointPlace::device, CheckpointPlace::host);
    auto const f = contraction(ctx, shape, 0.8);
    int calls = 0;
    auto const start = Tensor<complex>::zeros(ctx, shape);
    auto const found =
        fixed_point(as_map(f, &calls), start, {.iterations = 200, .tolerance = tolerance(1e-6, 1e-12), .depth = depth, .place = place});
    CAPTURE(shape.str(), depth, found.residuals.size(), found.residual);
    CHECK(found.converged);
    CHECK(static_cast<std::size_t>(calls) == found.residuals.size());
    CHECK(relative_error(found.x.to_host(), f.fixed_point()) < tolerance(1e-5, 1e-11));
    CHECK(norm(start) == 0); // the caller's
    CHECK(found.gain <= 0.8 * (1 + tolerance(1e-2, 1e-4)));
    if (depth == 0) {
        CHECK(found.gain > 0.79); // plain steps turn into the direction that shrinks least
        CHECK(found.residuals.size() > static_cast<std::size_t>(tolerance(40, 100)));
    }
    if (depth == 12) CHECK(found.residuals.size() <= 22); // no more than twice as many as there are different factors
}

TEST_CASE("acceleration reaches what plain iteration does not in many more steps", "[fixed-point]") {
    Context const ctx;
    auto const f = contraction(ctx, {3, 5, 7}, 0.99);
    auto const start = Tensor<complex>::zeros(ctx, {3, 5, 7});
    double const wanted = tolerance(1e-5, 1e-9);
    auto const plain = fixed_point(as_map(f), start, {.iterations = 200, .tolerance = wanted, .depth = 0});
    CHECK_FALSE(plain.converged);
    CHECK(plain.residuals.size() == 200);
    CHECK(plain.residual == plain.residuals.back());
    auto const accelerated = fixed_point(as_map(f), start, {.iterations = 60, .tolerance = wanted, .depth = 8});
    CHECK(accelerated.converged);
    CHECK(relative_error(accelerated.x.to_host(), f.fixed_point()) < 100 * wanted);
}

TEST_CASE("a start that is the fixed point takes one evaluation, and zero may be one", "[fixed-point]") {
    Context const ctx;
    auto const f = contraction(ctx, {3, 2, 5}, 0.5);
    auto const found = fixed_point(as_map(f), Tensor<complex>::from(ctx, {3, 2, 5}, f.fixed_point()), {.tolerance = 1e-5});
    CHECK(found.residuals.size() == 1);
    auto const zero = Tensor<complex>::zeros(ctx, {2, 3, 4});
    auto const nothing = fixed_point(as_map([](Tensor<complex> const& x) { return x.clone(); }), zero, {});
    CHECK(nothing.converged);
    CHECK(nothing.residual == 0);
}

TEST_CASE("an accelerated step that makes the residual grow is taken back", "[fixed-point]") {
    Context const ctx;
    // A contraction with a kink: the secant of one side leads far into the other.
    auto const kinked = scalar_map([](double x) { return x < 1 ? 0.95 * x + 0.1 : 1.05 - 0.9 * (x - 1); });
    FixedPointOptions options{.iterations = 300, .tolerance = 1e-4, .depth = 3};
    auto const guarded = fixed_point(kinked, constant(ctx, -40), options);
    CHECK(guarded.converged);
    CHECK(guarded.fallbacks > 0);
    CHECK(guarded.x.to_host()[0].re == Approx(1.95 / 1.9).epsilon(1e-3));
    options.safeguard = false;
    auto const free = fixed_point(kinked, constant(ctx, -40), options);
    CHECK(free.fallbacks == 0);
}

TEST_CASE("a map that does not contract is told, and what comes back is the best that was seen", "[fixed-point]") {
    Context const ctx;
    auto const expanding = scalar_map([](double x) { return 1.5 * x + 1; });
    auto const found = fixed_point(expanding, constant(ctx, 1), {.iterations = 10, .depth = 0});
    CHECK_FALSE(found.converged);
    CHECK(found.residuals.size() == 10);
    CHECK(found.gain == Approx(1.5).epsilon(1e-4));
    double least = 1;
    for (double const r : found.residuals) least = std::min(least, r);
    CHECK(found.residual == least);
    auto const x = static_cast<double>(found.x.to_host()[0].re), before = (x - 1) / 1.5;
    CHECK(std::abs(x - before) / x == Approx(found.residual).epsilon(1e-4));
    // Acceleration finds the fixed point of a linear map even so.
    CHECK(fixed_point(expanding, constant(ctx, 1), {.iterations = 10, .depth = 1, .safeguard = false}).converged);
    auto const broken = scalar_map([](double x) { return x > 3 ? std::nan("") : x + 1; });
    CHECK_THROWS_WITH(fixed_point(broken, constant(ctx, 1), {.depth = 0}), Catch::Matchers::Contains("not finite after 4 iterations"));
}

TEST_CASE("the memory of a fixed point does not depend on the number of iterations", "[fixed-point][memory]") {
    Shape const shape{8, 16, 32};
    std::size_t const volume = static_cast<std::size_t>(shape.size()) * sizeof(complex), sums = 16 * sizeof(Complex<double>);
    auto const peaks = [&](index_t iterations, index_t depth, CheckpointPlace place) {
        Context const ctx;
        auto const f = contraction(ctx, shape, 0.999);
        auto start = f.c.clone();
        ctx.allocator().reset_peak();
        ctx.host().allocator().reset_peak();
        auto const before = ctx.allocator().use().live;
        auto const found = fixed_point(as_map([&](Tensor<complex> const& x) { return f(x); }), std::move(start),
            {.iterations = iterations, .tolerance = 0, .depth = depth, .place = place});
        REQUIRE(found.residuals.size() == static_cast<std::size_t>(iterations));
        return std::pair(ctx.allocator().use().peak - before + volume, ctx.host().allocator().use().peak);
    };
    for (index_t const depth : {0, 1, 4})
        for (auto const place : {CheckpointPlace::device, CheckpointPlace::host}) {
            CAPTURE(depth);
            auto const few = peaks(10, depth, place);
            CHECK(peaks(100, depth, place) == few);
            if (place == CheckpointPlace::host) CHECK(few.first == (depth > 0 ? 4 * volume : 2 * volume + sums));
        }
}

TEST_CASE("small least-squares problems are solved as dense ones are, singular ones too", "[fixed-point]") {
    auto const n = GENERATE(1, 2, 5, 9);
    Eigen::MatrixXd const columns = Eigen::MatrixXd::Random(20, n) * Eigen::VectorXd::LinSpaced(n, 1e-6, 1e3).asDiagonal();
    Eigen::VectorXd const values = Eigen::VectorXd::Random(20);
    auto const flat = [](Eigen::MatrixXd const& m) { return std::vector<double>(m.data(), m.data() + m.size()); };
    auto const found = solve_regularised(flat(columns.transpose() * columns), flat(columns.transpose() * values), 1e-13);
    Eigen::VectorXd const expected = least_squares(columns, values).real();
    for (int i = 0; i < n; ++i) CHECK(found[static_cast<std::size_t>(i)] == Approx(expected[i]).epsilon(1e-6));

    // Two equal columns share what one would have; one that is zero gets nothing.
    auto const shared = solve_regularised({4, 4, 0, 4, 4, 0, 0, 0, 0}, {8, 8, 0}, 1e-8);
    CHECK(shared[0] == Approx(1).epsilon(1e-6));
    CHECK(shared[1] == Approx(1).epsilon(1e-6));
    CHECK(shared[2] == 0);
}
