// The l1 norm of wavelet details, which sparse images have small.
#pragma once

#include "core/arrays/wavelet.h"
#include "recon/compressed_sensing/proximal_gradient.h"

namespace tessera {

/// g(x) = sum of |d| over the complex details d of the orthonormal wavelet transform of x; the coarsest approximation is free.
///
/// With random shifts, the proximal map at every iteration is that of the transform of the image shifted cyclically by another
/// random vector, drawn from the seed and the number of the iteration: blocks of the transform's grid do not show then. value() is
/// always that without shifts. Memory while it works: two volumes (the proximal map without shifts: one) and twice the coarsest
/// approximation.
/// Source of the shifts: Figueiredo, Nowak 2003, doi:10.1109/TIP.2003.814255.
class WaveletNorm final : public Regulariser {
public:
    WaveletNorm(WaveletTransform transform, bool random_shifts, std::uint64_t seed)
        : transform_(std::move(transform)), random_shifts_(random_shifts), seed_(seed) {}

    double value(Tensor<complex> const& x) override;
    double proximal(Tensor<complex> const& x, double weight, index_t iteration) override;
    bool steady() const override { return !random_shifts_; }

private:
    double shrink(Tensor<complex> const& x, double weight, Matrix const& shift);

    WaveletTransform transform_;
    bool random_shifts_;
    std::uint64_t seed_;
};

} // namespace tessera
