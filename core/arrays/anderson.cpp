#include "core/arrays/anderson.h"

#include "core/arrays/vector_ops.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

namespace tessera {
namespace {

constexpr double kRegularisation = 1e-8; // inner products of float volumes are good to about 1e-7

void put(VolumeStore& store, std::size_t slot, Tensor<complex> const& x) {
    if (slot < store.size())
        store.replace(slot, x);
    else
        store.push(x);
}

} // namespace

std::vector<double> AndersonHistory::add(Tensor<complex> residual_change, Tensor<complex> value_change, Tensor<complex> const& residual) {
    std::size_t const slot = added_++ % depth_;
    kept_ = std::min(depth_, added_);
    put(values_, slot, std::exchange(value_change, {}));
    std::vector<double> gram, right;
    for (std::size_t j = 0; j < kept_; ++j) {
        auto const other = j == slot ? residual_change : residuals_.get(j);
        product(slot, j) = product(j, slot) = dot(residual_change, other).re;
        right.push_back(dot(other, residual).re);
    }
    put(residuals_, slot, std::exchange(residual_change, {}));
    for (std::size_t i = 0; i < kept_; ++i)
        for (std::size_t j = 0; j < kept_; ++j) gram.push_back(product(i, j));
    return solve_regularised(gram, right, kRegularisation);
}

void AndersonHistory::subtract(std::vector<double> const& gamma, Tensor<complex> const& y) {
    for (std::size_t j = 0; j < gamma.size(); ++j) axpby(-gamma[j], values_.get(j), 1, y);
}

std::vector<double> solve_regularised(std::vector<double> const& a, std::vector<double> const& b, double regularisation) {
    auto const n = static_cast<Eigen::Index>(b.size());
    Eigen::Map<Eigen::MatrixXd const> const matrix(a.data(), n, n);
    Eigen::VectorXd const scale = matrix.diagonal().unaryExpr([](double d) { return d > 0 ? 1 / std::sqrt(d) : 0.0; });
    Eigen::MatrixXd scaled = scale.asDiagonal() * matrix * scale.asDiagonal();
    scaled.diagonal().setConstant(1 + regularisation);
    Eigen::VectorXd const right = scale.cwiseProduct(Eigen::Map<Eigen::VectorXd const>(b.data(), n));
    Eigen::VectorXd const x = scale.cwiseProduct(scaled.ldlt().solve(right));
    return {x.begin(), x.end()};
}

} // namespace tessera
