#include "core/arrays/anderson.h"

#include "core/arrays/vector_ops.h"

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
    return solve_regularised(std::move(gram), std::move(right), kRegularisation);
}

void AndersonHistory::subtract(std::vector<double> const& gamma, Tensor<complex> const& y) {
    for (std::size_t j = 0; j < gamma.size(); ++j) axpby(-gamma[j], values_.get(j), 1, y);
}

std::vector<double> solve_regularised(std::vector<double> a, std::vector<double> b, double regularisation) {
    std::size_t const n = b.size();
    std::vector<double> scale(n);
    for (std::size_t i = 0; i < n; ++i) scale[i] = a[i * n + i] > 0 ? 1 / std::sqrt(a[i * n + i]) : 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) a[i * n + j] *= scale[i] * scale[j];
        a[i * n + i] = 1 + regularisation;
        b[i] *= scale[i];
    }
    for (std::size_t i = 0; i < n; ++i) { // a becomes L in its lower half, b L^-1 b
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = i == j ? std::sqrt(std::max(sum, regularisation)) : sum / a[j * n + j];
        }
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = 0; i < n; ++i) b[i] *= scale[i];
    return b;
}

} // namespace tessera
