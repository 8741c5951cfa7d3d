// The separable wavelet transform of volumes in three dimensions.
#pragma once

#include "kernels/compressed_sensing/wavelet.h"
#include "core/arrays/shape.h"
#include "core/arrays/tensor.h"

#include <optional>
#include <vector>

namespace tessera {

/// An orthonormal multi-level wavelet transform of volumes [z, y, x] of one shape, of any size; all bands lie in one volume of that
/// shape, the coarsest approximation in its first corner. Axes are circles but for the last value of an odd length, see
/// kernels/compressed_sensing/wavelet.h.
class WaveletTransform {
public:
    /// `levels`: at each level every axis of at least two values is halved; null: axes are halved while at least
    /// 8 values are left of them. Axes of one voxel are left alone.
    WaveletTransform(Matrix const& matrix, WaveletFilter const& filter, std::optional<index_t> levels = {});

    /// coefficients = W S x, with the cyclic shift (S x)(r) = x(r + shift), 0 <= shift < matrix, along the axes
    /// that are split.
    /// The memory of x is used to work in: its values are lost. Nothing is allocated.
    void forward(Tensor<complex> const& x, Tensor<complex> const& coefficients, Matrix const& shift = {}) const;
    /// x = S^-1 W^-1 coefficients, likewise: the coefficients are lost.
    void inverse(Tensor<complex> const& coefficients, Tensor<complex> const& x, Matrix const& shift = {}) const;

    index_t levels() const { return static_cast<index_t>(boxes_.size()) - 1; }
    /// Extent of the coarsest approximation, which has the indices [0, extent) of the coefficients.
    Matrix const& coarsest() const { return boxes_.back(); }

private:
    void check(Tensor<complex> const& x, Tensor<complex> const& coefficients, Matrix const& shift) const;

    WaveletFilter filter_;
    std::vector<Matrix> boxes_; ///< extent of the approximation before the first level and after each
};

} // namespace tessera
