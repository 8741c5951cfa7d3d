// Fourier transforms by their definition, in double, at a few places.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/acquisition.h"

#include <complex>
#include <vector>

namespace tessera {

/// A few values of the first coil's transform, and where they are.
class DirectSum {
public:
    /// Type 2: samples of volumes [coil, z, y, x] at `count` points drawn from the trajectory [points, 3].
    static DirectSum forward(Tensor<complex> const& volumes, Matrix const& matrix, std::vector<real> const& trajectory, index_t count);
    /// Type 1: `count` voxels drawn from the volume of kspace [coil, points].
    static DirectSum adjoint(Tensor<complex> const& kspace, Matrix const& matrix, std::vector<real> const& trajectory, index_t count);

    /// Relative l2 error of a transform of this kind [coil, ...]; nothing where no value was asked for.
    std::optional<double> error(Tensor<complex> const& found) const;

private:
    std::vector<index_t> places_;
    std::vector<std::complex<double>> values_;
};

/// Uniform random numbers in [-1, 1] + i [-1, 1].
Tensor<complex> bench_noise(Context const& context, Shape const& shape, unsigned seed);

} // namespace tessera
