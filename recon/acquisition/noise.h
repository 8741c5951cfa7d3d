// Correlated noise of receive coils.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// Complex Gaussian noise with a given covariance between coils, white along everything else.
class CoilNoise {
public:
    /// `covariance` is [coil, coil] in host memory, E[n n^H]. Throws Error where it is not positive definite.
    explicit CoilNoise(Tensor<complex> const& covariance);

    /// Adds noise of deviation `std` (complex: E|n|^2 = std^2 times the coil's variance) to values [coil, ...] in host memory.
    /// Number i of a stream belongs to point i, whatever the number of threads.
    void add_to(Tensor<complex> const& values, double std, std::uint64_t seed, std::uint64_t stream) const;

private:
    index_t coils_;
    std::vector<Complex<double>> mix_; ///< Cholesky factor, lower triangle of [coil, coil]
};

} // namespace tessera
