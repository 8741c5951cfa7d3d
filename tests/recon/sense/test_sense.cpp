#include "core/arrays/conjugate_gradient.h"
#include "core/arrays/operator_algebra.h"
#include "core/arrays/tensor.h"
#include "core/arrays/vector_ops.h"
#include "kernels/arrays/coils.h"
#include "recon/nufft/toeplitz.h"
#include "recon/scan/coil_basis.h"
#include "recon/sense/sense_operator.h"
#include "tests/support/devices.h"
#include "tests/support/operator_tests.h"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Problem {
    std::shared_ptr<Nufft const> nufft;
    Tensor<complex> maps;
    Tensor<real> trajectory, weights;
};

Problem make_problem(Context const& ctx, Matrix const& m, index_t coils, index_t points, double accuracy = 1e-6) {
    auto k = random_real(static_cast<std::size_t>(3 * points), 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(m[2 - i % 3]);
    Problem p;
    p.trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    p.weights = Tensor<real>::from(ctx, {points}, random_real(static_cast<std::size_t>(points), 2, 0.1, 1));
    p.nufft = std::make_shared<Nufft>(ctx, m, p.trajectory, NufftConfig{.accuracy = accuracy, .oversampling = 2});
    Shape const maps{coils, m[0], m[1], m[2]};
    p.maps = Tensor<complex>::from(ctx, maps, random_complex(static_cast<std::size_t>(maps.size()), 3));
    return p;
}

} // namespace

TEST_CASE("sense operator is adjoint, and its normal operators agree", "[sense]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{7, 10, 9}, Matrix{1, 14, 17});
    auto const [coils, per_pass] = GENERATE(std::pair<index_t, index_t>{1, 8}, std::pair<index_t, index_t>{5, 2});
    auto const p = make_problem(ctx, m, coils, 150);
    auto const toeplitz = std::make_shared<Toeplitz>(ctx, m, p.trajectory, p.weights, 1e-6);
    SenseOperator const gridded(p.nufft, p.maps, p.weights, nullptr, per_pass), convolved(p.nufft, p.maps, p.weights, toeplitz, per_pass);

    check_adjoint(gridded, tolerance(1e-5, 1e-12));
    check_hermitian_normal(gridded, tolerance(1e-5, 1e-12));
    check_hermitian_normal(convolved, tolerance(1e-5, 1e-12));

    auto const x = Tensor<complex>::from(ctx, gridded.domain(), random_complex(static_cast<std::size_t>(gridded.domain().size()), 5));
    Tensor<complex> by_gridding(ctx, x.shape()), by_convolution(ctx, x.shape()), by_parts(ctx, x.shape()), y(ctx, gridded.codomain());
    gridded.normal(x, by_gridding);
    convolved.normal(x, by_convolution);
    gridded.forward(x, y);
    gridded.weighted_adjoint(y, by_parts);
    CHECK(relative_error(by_convolution.to_host(), by_gridding.to_host()) < 1e-5);
    CHECK(relative_error(by_parts.to_host(), by_gridding.to_host()) < tolerance(1e-5, 1e-12));
}

TEST_CASE("conjugate gradients recover an image from overdetermined data", "[cg]") {
    Context const ctx = each_device();
    Matrix const m{3, 4, 5};                           // 60 unknowns: simt runs the same test
    auto const p = make_problem(ctx, m, 2, 150, 1e-2); // any accuracy has an exact adjoint; a narrow kernel is quick on simt
    SenseOperator const a(p.nufft, p.maps, p.weights);
    auto const truth = Tensor<complex>::from(ctx, a.domain(), random_complex(static_cast<std::size_t>(a.domain().size()), 6));
    Tensor<complex> y(ctx, a.codomain()), b(ctx, a.domain());
    a.forward(truth, y);
    a.weighted_adjoint(y, b);
    auto const x = Tensor<complex>::zeros(ctx, a.domain());
    index_t calls = 0;
    HermitianFunction const normal(ctx, a.domain(), [&](auto const& v, auto const& out) { a.normal(v, out); });
    auto const result =
        conjugate_gradient(normal, b, x, {.iterations = 60, .tolerance = 1e-5, .progress = [&](index_t, double) { ++calls; }});
    CHECK(result.residual <= 1e-5);
    CHECK(calls == result.iterations);
    CHECK(relative_error(x.to_host(), truth.to_host()) < 1e-3);

    SECTION("lambda solves the regularised equations") {
        double const lambda = 2.5;
        auto const z = Tensor<complex>::zeros(ctx, a.domain());
        Sum const regularised(std::make_shared<HermitianFunction>(normal), std::make_shared<ScaledIdentity>(ctx, a.domain(), lambda));
        conjugate_gradient(regularised, b, z, {.iterations = 60, .tolerance = 1e-6});
        Tensor<complex> check(ctx, a.domain());
        a.normal(z, check);
        axpby(lambda, z, 1, check);
        CHECK(relative_error(check.to_host(), b.to_host()) < 1e-5);
    }
    SECTION("a zero right-hand side has the zero solution") {
        b.zero();
        CHECK(conjugate_gradient(normal, b, x, {}).iterations == 0);
        CHECK(norm(x) == 0);
    }
}

TEST_CASE("dot and norm over awkward sizes", "[vector_ops]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 255, 257, 5003);
    auto const xs = random_complex(static_cast<std::size_t>(n), 1), ys = random_complex(static_cast<std::size_t>(n), 2);
    auto const x = Tensor<complex>::from(ctx, {n}, xs), y = Tensor<complex>::from(ctx, {n}, ys);
    auto const expected = inner(xs, ys);
    auto const found = dot(x, y);
    CHECK(found.re == Approx(expected.re).epsilon(1e-12).margin(1e-12));
    CHECK(found.im == Approx(expected.im).epsilon(1e-12).margin(1e-12));
    CHECK(norm(x) == Approx(std::sqrt(inner(xs, xs).re)).epsilon(1e-12));
}

TEST_CASE("coil basis evaluates its polynomials and is adjoint", "[coil_basis]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{5, 6, 7}, Matrix{1, 9, 8});
    CoilBasis const basis(ctx, m, 2);
    Shape const shape = basis.coefficients(2), maps{2, m[0], m[1], m[2]};
    CHECK(shape == (m[0] == 1 ? Shape{2, 1, 5, 5} : Shape{2, 5, 5, 5}));
    auto const cs = random_complex(static_cast<std::size_t>(shape.size()), 1),
               ss = random_complex(static_cast<std::size_t>(maps.size()), 2);
    Tensor<complex> s(ctx, maps), c(ctx, shape);
    basis.evaluate(Tensor<complex>::from(ctx, shape, cs), s);
    basis.adjoint(Tensor<complex>::from(ctx, maps, ss), c);
    auto const left = inner(s.to_host(), ss), right = inner(cs, c.to_host());
    CHECK(abs(left - right) < tolerance(1e-5, 1e-12) * abs(left) + tolerance(1e-4, 1e-11));

    // One voxel of the second coil, by the definition.
    index_t const at[3] = {m[0] / 3, 4, 1};
    Complex<double> sum;
    for (index_t j = 0; j < shape.tail().size(); ++j) {
        index_t const order[3] = {j / 25 - (m[0] == 1 ? 0 : 2), j / 5 % 5 - 2, j % 5 - 2};
        double phase = 0;
        for (int d = 0; d < 3; ++d) phase += M_PI * static_cast<double>(order[d] * (at[d] - m[d] / 2)) / static_cast<double>(m[d]);
        auto const v = cs[static_cast<std::size_t>(shape.tail().size() + j)];
        sum += Complex<double>{std::cos(phase), std::sin(phase)} * Complex<double>{v.re, v.im};
    }
    complex const found = s.to_host()[static_cast<std::size_t>(((m[0] + at[0]) * m[1] + at[1]) * m[2] + at[2])];
    CHECK(found.re == Approx(sum.re).margin(1e-5));
    CHECK(found.im == Approx(sum.im).margin(1e-5));
}
