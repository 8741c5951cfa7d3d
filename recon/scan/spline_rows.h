// Rows of splines and of whole maps on the host.
#pragma once

#include "core/arrays/tensor.h"
#include "core/fft/doubled_convolution.h"

namespace tessera {

/// Maps [coil, z, y, x] in host memory, kept alive.
class WholeRows final : public RowFactors {
public:
    explicit WholeRows(Tensor<complex> maps) : maps_(std::move(maps)) {}
    index_t count() const override { return maps_.shape()[0]; }
    void rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const override;

private:
    Tensor<complex> maps_;
};

/// Splines of coefficients [coil, cz, cy, cx] on a matrix (SplineMaps in kernels/arrays/coils.h has the definition), kept alive.
class SplineRows final : public RowFactors {
public:
    SplineRows(Tensor<complex> coefficients, Matrix const& matrix);
    index_t count() const override { return coefficients_.shape()[0]; }
    void rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const override;

private:
    struct Taps {
        index_t first;
        real weights[4];
    };

    Tensor<complex> coefficients_;
    std::vector<Taps> taps_[3]; // of every voxel along z, y, x
};

/// coils [z, y, x] = factors image, and image (+)= conj(factors) coils, of one volume, with all threads.
void multiply_rows(RowFactors const& factors, index_t which, View<complex const, 3> image, View<complex, 3> coil);
void multiply_rows_conjugate(RowFactors const& factors, index_t which, View<complex const, 3> coil, bool add, View<complex, 3> image);

} // namespace tessera
