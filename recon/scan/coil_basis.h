// Smooth sensitivity maps from few coefficients.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

/// Trigonometric polynomials on twice the field of view: s(r) = sum over |j| <= order of c_j exp(i pi j.r / N).
///
/// On twice the field of view maps need not be periodic. Coefficients [coil, bz, by, bx] do not depend on the matrix, so
/// maps that were calibrated at low resolution are evaluated at any other. Axes of 1 voxel have one coefficient.
class CoilBasis {
public:
    CoilBasis(Context const& context, Matrix const& matrix, index_t order);

    /// [coil, ...] of the coefficients of `coils` coils.
    Shape coefficients(index_t coils) const;
    /// maps [coil, z, y, x] = E coefficients.
    void evaluate(Tensor<complex> const& coefficients, Tensor<complex> const& maps) const;
    /// coefficients = E^H maps.
    void adjoint(Tensor<complex> const& maps, Tensor<complex> const& coefficients) const;
    /// 1 + |j|^2 of every coefficient [bz, by, bx]: what smoothness costs.
    std::vector<real> roughness() const;

private:
    Matrix matrix_, terms_;
    Tensor<complex> basis_[3], conjugate_[3]; // [n, b] and [b, n]
};

} // namespace tessera
