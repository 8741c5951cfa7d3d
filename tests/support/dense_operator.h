// Dense matrices as oracles, and a linear operator given by its matrix. What takes long to compile of Eigen is compiled here, once.
#pragma once

#include "core/arrays/linear_operator.h"
#include "tests/support/devices.h"

#include <Eigen/Core>

namespace tessera::test {

using DenseMatrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic>;
using DenseVector = Eigen::VectorXcd;

DenseVector dense(Tensor<complex> const& x);
void assign(DenseVector const& v, Tensor<complex> const& x);
DenseMatrix random_matrix(index_t rows, index_t columns, unsigned seed);

double largest_singular_value(DenseMatrix const& m);
/// The x with the least |M x - b|, for columns that are independent.
DenseVector least_squares(DenseMatrix const& m, DenseVector const& b);

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
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override;

    Context context_;
    Shape domain_;
    DenseMatrix matrix_;
};

} // namespace tessera::test
