#include "tests/support/dense_operator.h"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace tessera::test {

DenseVector dense(Tensor<complex> const& x) {
    auto const values = x.to_host();
    DenseVector v(static_cast<Eigen::Index>(values.size()));
    Eigen::Index i = 0;
    for (complex const value : values) v[i++] = {static_cast<double>(value.re), static_cast<double>(value.im)};
    return v;
}

void assign(DenseVector const& v, Tensor<complex> const& x) {
    std::vector<complex> values;
    for (auto const& c : v) values.push_back({static_cast<real>(c.real()), static_cast<real>(c.imag())});
    x.copy_from(Tensor<complex>::from(x.context(), x.shape(), values));
}

DenseMatrix random_matrix(index_t rows, index_t columns, unsigned seed) {
    auto const values = random_complex(static_cast<std::size_t>(rows * columns), seed);
    DenseMatrix m(rows, columns);
    for (index_t i = 0; i < rows * columns; ++i) {
        complex const v = values[static_cast<std::size_t>(i)];
        m(i / columns, i % columns) = {static_cast<double>(v.re), static_cast<double>(v.im)};
    }
    return m;
}

double largest_singular_value(DenseMatrix const& m) {
    return std::sqrt(Eigen::SelfAdjointEigenSolver<DenseMatrix>(m.adjoint() * m, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff());
}

DenseVector least_squares(DenseMatrix const& m, DenseVector const& b) { return m.householderQr().solve(b); }

void DenseOperator::do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const { assign(matrix_ * dense(x), y); }
void DenseOperator::do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const { assign(matrix_.adjoint() * dense(y), x); }

} // namespace tessera::test
