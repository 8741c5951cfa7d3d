// FISTA and the power method against dense linear algebra and closed forms.
#include "core/arrays/operator_algebra.h"
#include "core/arrays/power_iteration.h"
#include "core/arrays/vector_ops.h"
#include "kernels/compressed_sensing/gradient_step.h"
#include "recon/compressed_sensing/total_variation.h"
#include "recon/compressed_sensing/wavelet_norm.h"
#include "tests/support/dense_operator.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr Matrix kMatrix{3, 5, 4};
Shape const kShape{3, 5, 4};
constexpr index_t kVoxels = 60;

// 1/2 ||M x - y||^2 for random M and y.
struct Dense {
    std::shared_ptr<DenseOperator const> model;
    DenseVector y;
    LeastSquares problem;

    Dense(Context const& ctx, DenseMatrix const& m)
        : model(std::make_shared<DenseOperator>(ctx, kShape, m)), y(random_matrix(m.rows(), 1, 7)) {
        problem.data = {model, Tensor<complex>(ctx, kShape)};
        assign(m.adjoint() * y, problem.data.b);
        problem.energy = y.squaredNorm();
    }
    double cost(Tensor<complex> const& x) const { return 0.5 * (model->matrix() * dense(x) - y).squaredNorm(); }
};

DenseMatrix identity() { return DenseMatrix::Identity(kVoxels, kVoxels); }
// Fewer equations than unknowns.
DenseMatrix wide() { return random_matrix(40, kVoxels, 5) / 10.0; }

bool never_rises(std::vector<double> const& costs) {
    for (std::size_t i = 1; i < costs.size(); ++i)
        if (costs[i] > costs[i - 1]) return false;
    return true;
}

WaveletNorm wavelets(bool random_shifts = false) { return {WaveletTransform(kMatrix, daubechies(2), 2), random_shifts, 3}; }

} // namespace

TEST_CASE("a gradient step at the extrapolated point is its formula", "[proximal_gradient]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 1009);
    std::vector<std::vector<complex>> v;
    std::vector<Tensor<complex>> t;
    for (unsigned i = 0; i < 5; ++i) {
        v.push_back(random_complex(static_cast<std::size_t>(n), i));
        t.push_back(Tensor<complex>::from(ctx, {n}, v.back()));
    }
    for (real const momentum : {real(0.7), real(0)}) {
        auto const previous = momentum != 0 ? t[2].clone() : Tensor<complex>(ctx, {n}); // NaN on simt: it must not be read
        auto const normal = momentum != 0 ? t[3].clone() : Tensor<complex>(ctx, {n});
        enqueue(ctx.stream(), GradientStep{t[0].flat(), t[1].flat(), previous.flat(), normal.flat(), t[4].flat(), momentum, real(0.3)});
        std::vector<complex> expected;
        for (std::size_t i = 0; i < v[0].size(); ++i) {
            complex const at = v[0][i] + momentum * (v[0][i] - v[2][i]), image = v[1][i] + momentum * (v[1][i] - v[3][i]);
            expected.push_back(at - real(0.3) * (image - v[4][i]));
        }
        CHECK(relative_error(previous.to_host(), expected) < tolerance(1e-6, 1e-14));
    }
}

TEST_CASE("the power method finds the largest eigenvalue", "[power_iteration]") {
    Context const ctx = each_device();
    Dense const d(ctx, wide());
    double const singular = largest_singular_value(d.model->matrix()), expected = singular * singular;
    NormalOf const normal(d.model);
    auto const rough = largest_eigenvalue(normal);
    CHECK(rough.eigenvalue == Approx(expected).epsilon(0.03));
    CHECK(rough.eigenvalue < expected * (1 + 1e-6));
    auto const fine = largest_eigenvalue(normal, {.iterations = 3000, .tolerance = tolerance(1e-7, 1e-13)});
    CHECK(fine.eigenvalue == Approx(expected).epsilon(tolerance(1e-4, 1e-9)));
    CHECK(fine.iterations > rough.iterations);
    CHECK(largest_eigenvalue(normal).eigenvalue == rough.eigenvalue); // the same start
    CHECK(largest_eigenvalue(normal, {.iterations = 2, .tolerance = 0}).iterations == 2);
    CHECK(largest_eigenvalue(ScaledIdentity(ctx, kShape, 0)).eigenvalue == 0);
    CHECK_THROWS_WITH(largest_eigenvalue(ScaledIdentity(ctx, kShape, 1e300 * 1e300)), Catch::Contains("not finite after 1 iterations"));
}

TEST_CASE("denoising with wavelets is soft-thresholding of the details", "[proximal_gradient]") {
    Context const ctx = each_device();
    Dense const d(ctx, identity());
    auto norm = wavelets();
    double const lambda = 0.8;
    auto const result = proximal_gradient(d.problem, norm, {.lambda = lambda, .iterations = 40, .tolerance = tolerance(1e-7, 1e-12)});
    CHECK(result.lipschitz == Approx(1).epsilon(1e-5));

    WaveletTransform const w(kMatrix, daubechies(2), 2);
    Tensor<complex> const c(ctx, kShape), expected(ctx, kShape);
    w.forward(d.problem.data.b.clone(), c);
    auto values = c.to_host();
    double g = 0;
    for (index_t i = 0; i < kVoxels; ++i) {
        if (i / 20 < w.coarsest()[0] && i / 4 % 5 < w.coarsest()[1] && i % 4 < w.coarsest()[2]) continue;
        complex& v = values[static_cast<std::size_t>(i)];
        double const size = abs(v), left = std::max(0.0, size - lambda);
        v = static_cast<real>(left / size) * v;
        g += left;
    }
    w.inverse(Tensor<complex>::from(ctx, kShape, values), expected);
    CHECK(
        relative_error(result.image.to_host(), expected.to_host()) < tolerance(3e-4, 1e-8)); // where the cost tells no difference any more
    CHECK(norm.value(expected) == Approx(g).epsilon(1e-5));
    CHECK(result.costs.back() == Approx(d.cost(expected) + lambda * g).epsilon(tolerance(1e-5, 1e-10)));
    CHECK(result.costs.front() == Approx(0.5 * d.problem.energy));
}

TEST_CASE("with no weight the result is the least-squares solution, with a huge one there are no details", "[proximal_gradient]") {
    Context const ctx = each_device();
    DenseMatrix const tall = random_matrix(90, kVoxels, 6) / 10.0;
    Dense const d(ctx, tall);
    auto norm = wavelets();
    auto const least = proximal_gradient(d.problem, norm, {.lambda = 0, .iterations = 2000, .tolerance = tolerance(1e-7, 1e-12)});
    DenseVector const solution = least_squares(tall, d.y);
    CHECK((dense(least.image) - solution).norm() < tolerance(1e-3, 1e-6) * solution.norm());
    CHECK(never_rises(least.costs));

    auto const smooth = proximal_gradient(d.problem, norm, {.lambda = 1e6, .iterations = 300, .tolerance = tolerance(1e-6, 1e-10)});
    CHECK(norm.value(smooth.image) < 1e-4 * norm.value(least.image));
    CHECK(tessera::norm(smooth.image) > 0);
}

TEST_CASE("the cost never rises for steady regularisers, and is what it says", "[proximal_gradient]") {
    Context const ctx = each_device();
    Dense const d(ctx, wide());
    auto norm = wavelets();
    TotalVariation variation(ctx, kMatrix, 20);
    for (Regulariser* const regulariser : {static_cast<Regulariser*>(&norm), static_cast<Regulariser*>(&variation)}) {
        std::vector<double> seen;
        auto const result = proximal_gradient(d.problem, *regulariser,
            {.lambda = 0.02, .iterations = 150, .tolerance = 0, .progress = [&](index_t k, double cost, double) {
                 CHECK(k == static_cast<index_t>(seen.size()));
                 seen.push_back(cost);
             }});
        CHECK(never_rises(result.costs));
        CHECK(result.restarts > 0); // the guarantee was needed
        CHECK(seen == result.costs);
        CHECK(static_cast<index_t>(result.costs.size()) == result.iterations + 1);
        CHECK(result.costs.back() == Approx(d.cost(result.image) + 0.02 * regulariser->value(result.image)).epsilon(tolerance(1e-4, 1e-9)));

        // a wrong eigenvalue costs iterations, not the descent
        auto const wrong =
            proximal_gradient(d.problem, *regulariser, {.lambda = 0.02, .iterations = 300, .lipschitz = result.lipschitz / 20});
        CHECK(never_rises(wrong.costs));
        CHECK(wrong.costs.back() == Approx(result.costs.back()).epsilon(5e-2));

        // from its own result nothing is left to do
        auto const again = proximal_gradient(d.problem, *regulariser,
            {.lambda = 0.02, .iterations = 10, .tolerance = 1e-2, .lipschitz = result.lipschitz, .start = result.image});
        CHECK(again.iterations <= 2);
        CHECK(again.costs.front() == Approx(result.costs.back()).epsilon(1e-4));
    }
}

TEST_CASE("random shifts depend on the seed only, settle, and lower the cost", "[proximal_gradient]") {
    Context const ctx = each_device();
    Dense const d(ctx, wide());
    auto const run = [&](std::uint64_t seed) {
        WaveletNorm norm(WaveletTransform(kMatrix, daubechies(2), 2), true, seed);
        return proximal_gradient(d.problem, norm, {.lambda = 0.05, .iterations = 200, .tolerance = 1e-4});
    };
    auto const one = run(1);
    CHECK(one.image.to_host() == run(1).image.to_host());
    auto const two = run(2);
    CHECK(one.costs != two.costs);
    CHECK(relative_error(one.image.to_host(), two.image.to_host()) < 0.15); // both near the minimiser of the average
    CHECK(one.costs.back() < 0.5 * one.costs.front());
    CHECK(one.change < 5e-3);
}

TEST_CASE("data of nothing give an image of nothing, and costs that are not finite are errors", "[proximal_gradient]") {
    Context const ctx;
    auto norm = wavelets();
    Dense const nothing(ctx, DenseMatrix::Zero(4, kVoxels));
    CHECK(tessera::norm(proximal_gradient(nothing.problem, norm, {}).image) == 0);
    Dense bad(ctx, identity());
    bad.problem.data.b.data()[3] = {std::numeric_limits<real>::quiet_NaN(), 0};
    CHECK_THROWS_WITH(proximal_gradient(bad.problem, norm, {}), Catch::Contains("the cost is nan after 1 iterations"));
}
