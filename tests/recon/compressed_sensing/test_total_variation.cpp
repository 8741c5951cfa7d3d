// Total variation and its proximal map against the definition, closed forms and a slow solution in double.
#include "core/arrays/vector_ops.h"
#include "recon/compressed_sensing/total_variation.h"
#include "tests/support/dense_operator.h"

using namespace tessera;
using namespace tessera::test;

namespace {

index_t voxels(Matrix const& m) { return m[0] * m[1] * m[2]; }

// The difference operator as a matrix: rows [axis, voxel].
DenseMatrix differences(Matrix const& m) {
    index_t const n = voxels(m), pitch[3] = {m[1] * m[2], m[2], 1};
    DenseMatrix d = DenseMatrix::Zero(3 * n, n);
    for (index_t i = 0; i < n; ++i)
        for (index_t a = 0; a < 3; ++a) {
            if (i / pitch[a] % m[static_cast<std::size_t>(a)] + 1 == m[static_cast<std::size_t>(a)]) continue;
            d(a * n + i, i + pitch[a]) = 1;
            d(a * n + i, i) = -1;
        }
    return d;
}

// Lengths of the field of three components at every voxel.
Eigen::VectorXd lengths(DenseVector const& field) {
    auto const n = field.size() / 3;
    return (field.head(n).cwiseAbs2() + field.segment(n, n).cwiseAbs2() + field.tail(n).cwiseAbs2()).cwiseSqrt();
}

// argmin 1/2 ||u - v||^2 + weight TV(u) by plain projected gradients on the dual.
DenseVector slow_proximal(DenseMatrix const& d, DenseVector const& v, double weight, int iterations = 20000) {
    DenseVector p = DenseVector::Zero(d.rows());
    auto const n = v.size();
    for (int k = 0; k < iterations; ++k) {
        p += d * (v - weight * (d.adjoint() * p)) / (12 * weight);
        Eigen::VectorXd const scale = lengths(p).cwiseMax(1.0).cwiseInverse();
        for (Eigen::Index a = 0; a < 3; ++a) p.segment(a * n, n).array() *= scale.array();
    }
    return v - weight * (d.adjoint() * p);
}

} // namespace

TEST_CASE("the divergence is the adjoint of the differences", "[total_variation]") {
    Context const ctx = each_device();
    auto const m = GENERATE(Matrix{3, 4, 5}, Matrix{1, 7, 2}, Matrix{1, 1, 11}, Matrix{2, 1, 3}, Matrix{0, 2, 2});
    DifferenceAxes const axes{3, {0, 1, 2}}; // an axis of one voxel has no differences, but may be named
    auto const n = static_cast<std::size_t>(voxels(m));
    Shape const shape{m[0], m[1], m[2]};
    auto const xs = random_complex(n, 1), ps = random_complex(3 * n, 2);
    auto const x = Tensor<complex>::from(ctx, shape, xs), p = Tensor<complex>::from(ctx, shape.prepended(3), ps);
    auto const matrix = differences(m);

    Tensor<complex> const divergence(ctx, shape);
    enqueue(ctx.stream(), SubtractDivergence{p.view<4>(), x.view<3>(), real(0.5), axes, divergence.view<3>()});
    CHECK((dense(divergence) - (dense(x) - 0.5 * (matrix.adjoint() * dense(p)))).norm() <= tolerance(1e-5, 1e-13));

    // a dual step with little weight and without a projection is a difference
    auto const q = Tensor<complex>::zeros(ctx, p.shape()), r = Tensor<complex>::zeros(ctx, p.shape());
    enqueue(ctx.stream(), DualStep{x.view<3>(), real(1e-3), real(0.25), axes, q.view<4>(), r.view<4>()});
    DenseVector const gradient = 1e-3 * (matrix * dense(x));
    CHECK((dense(q) - gradient).norm() <= tolerance(1e-6, 1e-15));
    CHECK((dense(r) - 1.25 * gradient).norm() <= tolerance(1e-6, 1e-15));
    // and a long one ends on the unit ball
    enqueue(ctx.stream(), DualStep{x.view<3>(), real(1e6), real(0), axes, q.view<4>(), r.view<4>()});
    if (n > 0) CHECK(lengths(dense(q)).maxCoeff() <= 1 + 1e-5);
}

TEST_CASE("the value of total variation is its definition", "[total_variation]") {
    Context const ctx = each_device();
    auto const m = GENERATE(Matrix{3, 4, 5}, Matrix{1, 7, 2}, Matrix{1, 1, 1}, Matrix{1, 1, 23}, Matrix{5, 1, 3});
    auto const x = Tensor<complex>::from(ctx, {m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(voxels(m)), 1));
    TotalVariation variation(ctx, m, 5);
    CHECK(variation.value(x) == Approx(lengths(differences(m) * dense(x)).sum()).epsilon(tolerance(1e-5, 1e-12)).margin(1e-30));
}

TEST_CASE("the proximal map of total variation is the minimiser", "[total_variation]") {
    Context const ctx = each_device();
    auto const m = GENERATE(Matrix{3, 4, 5}, Matrix{1, 5, 4}, Matrix{1, 1, 7}, Matrix{1, 1, 1});
    double const weight = GENERATE(0.3, 3.0);
    auto const v = Tensor<complex>::from(ctx, {m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(voxels(m)), 1));
    auto const expected = slow_proximal(differences(m), dense(v), weight);
    TotalVariation variation(ctx, m, 1000);
    auto const u = v.clone();
    double const value = variation.proximal(u, weight, 1);
    CHECK((dense(u) - expected).norm() < tolerance(1e-3, 1e-5) * expected.norm());
    CHECK(value == Approx(lengths(differences(m) * dense(u)).sum()).epsilon(1e-4).margin(1e-5));

    // steps go on where those of the call before ended
    TotalVariation patient(ctx, m, 25);
    Tensor<complex> w = v.clone();
    for (index_t call = 1; call <= 60; ++call) {
        w = v.clone();
        patient.proximal(w, weight, call);
    }
    CHECK((dense(w) - expected).norm() < tolerance(1e-3, 1e-4) * expected.norm());
}

TEST_CASE("total variation moves two voxels towards each other until they meet", "[total_variation]") {
    Context const ctx = each_device();
    std::vector<complex> const values{{5, 0}, {1, 0}};
    for (auto const [weight, first, second] :
        {std::array{1.0, 4.0, 2.0}, std::array{2.0, 3.0, 3.0}, std::array{9.0, 3.0, 3.0}, std::array{0.0, 5.0, 1.0}}) {
        auto const x = Tensor<complex>::from(ctx, {2, 1, 1}, values);
        TotalVariation variation(ctx, {2, 1, 1}, 200);
        CHECK(variation.proximal(x, weight, 1) == Approx(first - second).margin(1e-4));
        CHECK(x.to_host()[0].re == Approx(first).epsilon(1e-4));
        CHECK(x.to_host()[1].re == Approx(second).epsilon(1e-4));
    }
    TotalVariation other(ctx, {3, 1, 1}, 1);
    CHECK_THROWS_WITH(other.proximal(Tensor<complex>::from(ctx, {2, 1, 1}, values), 1, 1),
        Catch::Contains("total variation: an image [2, 1, 1]"));
}
