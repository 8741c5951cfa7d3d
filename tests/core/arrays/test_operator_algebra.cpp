#include "core/arrays/operator_algebra.h"
#include "tests/support/dense_operator.h"
#include "tests/support/operator_tests.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<DenseOperator const> dense_operator(Context const& ctx, index_t rows, index_t columns, unsigned seed) {
    return std::make_shared<DenseOperator>(ctx, Shape{columns}, random_matrix(rows, columns, seed));
}

// M as a matrix, found by its columns.
DenseMatrix matrix_of(LinearOperator const& m) {
    DenseMatrix found(m.codomain().size(), m.domain().size());
    Tensor<complex> const y(m.context(), m.codomain());
    for (index_t j = 0; j < m.domain().size(); ++j) {
        std::vector<complex> unit(static_cast<std::size_t>(m.domain().size()));
        unit[static_cast<std::size_t>(j)] = {1, 0};
        m.forward(Tensor<complex>::from(m.context(), m.domain(), unit), y);
        found.col(j) = dense(y);
    }
    return found;
}

double difference(DenseMatrix const& a, DenseMatrix const& b) { return (a - b).norm() / b.norm(); }

} // namespace

TEST_CASE("sums, products and multiples of operators are those of their matrices", "[operator_algebra]") {
    Context const ctx = each_device();
    auto const a = dense_operator(ctx, 7, 5, 1), b = dense_operator(ctx, 7, 5, 2), c = dense_operator(ctx, 5, 3, 3);
    double const close = tolerance(1e-6, 1e-14);

    Sum const sum(a, b);
    CHECK(difference(matrix_of(sum), a->matrix() + b->matrix()) < close);
    check_adjoint(sum, close);

    Product const product(a, c);
    CHECK(difference(matrix_of(product), a->matrix() * c->matrix()) < close);
    check_adjoint(product, close);

    ScaledIdentity const identity(ctx, {4}, -2.5);
    CHECK(difference(matrix_of(identity), -2.5 * DenseMatrix::Identity(4, 4)) < close);
    check_adjoint(identity, close);

    NormalOf const normal(a);
    CHECK(difference(matrix_of(normal), a->matrix().adjoint() * a->matrix()) < close);
    check_adjoint(normal, close);

    auto const m = regularised(a, 0.7);
    CHECK(difference(matrix_of(*m), a->matrix().adjoint() * a->matrix() + 0.7 * DenseMatrix::Identity(5, 5)) < close);
    check_adjoint(*m, close);
    CHECK(difference(matrix_of(*regularised(a, 0)), a->matrix().adjoint() * a->matrix()) < close);
}

TEST_CASE("adding a multiple of the identity takes no memory", "[operator_algebra][memory]") {
    Context const ctx = each_device();
    auto const identity = [&](double s) { return std::make_shared<ScaledIdentity>(ctx, Shape{1000}, s); };
    Sum const sum(identity(2), identity(3));
    auto const x = Tensor<complex>::from(ctx, {1000}, random_complex(1000, 4));
    Tensor<complex> const y(ctx, {1000});
    ctx.allocator().reset_peak();
    auto const before = ctx.allocator().use().live;
    sum.forward(x, y);
    CHECK(ctx.allocator().use().peak == before);
}

TEST_CASE("operators that do not fit together are refused", "[operator_algebra]") {
    Context const ctx;
    auto const a = dense_operator(ctx, 7, 5, 1), b = dense_operator(ctx, 7, 4, 2);
    CHECK_THROWS_WITH(Sum(a, b), Catch::Contains("sum of operators"));
    CHECK_THROWS_WITH(Product(a, b), Catch::Contains("product of operators"));
}
