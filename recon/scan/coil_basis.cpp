#include "recon/scan/coil_basis.h"

#include "kernels/arrays/apply_along_axis.h"
#include "kernels/arrays/coils.h"

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

// One axis of `in`, seen as [outer, j, inner], times a matrix.
Tensor<complex> along(Tensor<complex> const& matrix, Tensor<complex> const& in, index_t outer, index_t inner) {
    Tensor<complex> out(in.context(), {outer, matrix.shape()[0], inner});
    enqueue(in.stream(), ApplyAlongAxis{matrix.view<2>(), in.reshape({outer, matrix.shape()[1], inner}).view<3>(), out.view<3>()});
    return out;
}

} // namespace

CoilBasis::CoilBasis(Context const& context, Matrix const& matrix, index_t order) : matrix_(matrix) {
    for (int d = 0; d < 3; ++d) {
        index_t const n = matrix[d], half = n == 1 ? 0 : order;
        terms_[d] = 2 * half + 1;
        std::vector<complex> values(static_cast<std::size_t>(n * terms_[d])), transposed(values.size());
        for (index_t i = 0; i < n; ++i)
            for (index_t j = 0; j < terms_[d]; ++j) {
                double const phase =
                    std::numbers::pi * static_cast<double>(j - half) * static_cast<double>(i - n / 2) / static_cast<double>(n);
                complex const e{static_cast<real>(std::cos(phase)), static_cast<real>(std::sin(phase))};
                values[static_cast<std::size_t>(i * terms_[d] + j)] = e;
                transposed[static_cast<std::size_t>(j * n + i)] = conj(e);
            }
        basis_[d] = Tensor<complex>::from(context, {n, terms_[d]}, values);
        conjugate_[d] = Tensor<complex>::from(context, {terms_[d], n}, transposed);
    }
}

Shape CoilBasis::coefficients(index_t coils) const { return {coils, terms_[0], terms_[1], terms_[2]}; }

void CoilBasis::evaluate(Tensor<complex> const& coefficients, Tensor<complex> const& maps) const {
    for (index_t c = 0; c < maps.shape()[0]; ++c) { // coil by coil: the scratch stays small, and the largest step comes last
        auto const x = along(basis_[2], coefficients[c], terms_[0] * terms_[1], 1);
        auto const y = along(basis_[1], x, terms_[0], matrix_[2]);
        auto const map = maps[c].reshape({1, matrix_[0], matrix_[1] * matrix_[2]});
        enqueue(maps.stream(),
            ApplyAlongAxis{basis_[0].view<2>(), y.reshape({1, terms_[0], matrix_[1] * matrix_[2]}).view<3>(), map.view<3>()});
    }
}

void CoilBasis::adjoint(Tensor<complex> const& maps, Tensor<complex> const& coefficients) const {
    for (index_t c = 0; c < maps.shape()[0]; ++c) {
        auto const z = along(conjugate_[0], maps[c], 1, matrix_[1] * matrix_[2]);
        auto const y = along(conjugate_[1], z, terms_[0], matrix_[2]);
        auto const x = along(conjugate_[2], y, terms_[0] * terms_[1], 1);
        coefficients[c].copy_from(x.reshape({terms_[0], terms_[1], terms_[2]}));
    }
}

std::vector<real> CoilBasis::roughness() const {
    std::vector<real> cost;
    for (index_t z = 0; z < terms_[0]; ++z)
        for (index_t y = 0; y < terms_[1]; ++y)
            for (index_t x = 0; x < terms_[2]; ++x) {
                double squared = 0;
                index_t const at[3] = {z, y, x};
                for (int d = 0; d < 3; ++d) squared += std::pow(static_cast<double>(at[d] - terms_[d] / 2), 2);
                cost.push_back(static_cast<real>(1 + squared));
            }
    return cost;
}

} // namespace tessera
