// A linear operator given by its matrix.
#pragma once

#include "core/arrays/linear_operator.h"
#include "tests/support/devices.h"

#include <Eigen/Dense>

namespace tessera::test {

using DenseMatrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic>;
using DenseVector = Eigen::VectorXcd;

inline DenseVector dense(Tensor<complex> const& x) {
    auto const values = x.to_host();
    DenseVector v(static_cast<Eigen::Index>(values.size()));
    Eigen::Index i = 0;
    for (complex const value : values) v[i++] = {static_cast<double>(value.re), static_cast<double>(value.im)};
    return v;
}
inline void assign(DenseVector const& v, Tensor<complex> const& x) {
    std::vector<complex> values;
    for (auto const& c : v) values.push_back({static_cast<real>(c.real()), static_cast<real>(c.imag())});
    x.copy_from(Tensor<complex>::from(x.context(), x.shape(), values));
}
inline DenseMatrix random_matrix(index_t rows, index_t columns, unsigned seed) {
    auto const values = random_complex(static_cast<std::size_t>(rows * columns), seed);
    DenseMatrix m(rows, columns);
    for (index_t i = 0; i < rows * columns; ++i) {
        complex const v = values[static_cast<std::size_t>(i)];
        m(i / columns, i % columns) = {static_cast<double>(v.re), static_cast<double>(v.im)};
    }
    return m;
}

/// y = M x for tensors of shape `domain`; y is flat.
class DenseOperator final : public LinearOperator {
public:
    DenseOperator(Context context, Shape const& domain, DenseMatrix matrix)
        : context_(std::move(context)), domain_(domain), matrix_(std::move(matrix)) {}

    Context const& context() const override { return context_; }
    Shape domain() const override { return domain_; }
    Shape codomain() const override { return {static_cast<index_t>(matrix_.rows())}; }
    DenseMatrix const& matrix() const { return matrix_; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override { assign(matrix_ * dense(x), y); }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override { assign(matrix_.adjoint() * dense(y), x); }

    Context context_;
    Shape domain_;
    DenseMatrix matrix_;
};

} // namespace tessera::test
