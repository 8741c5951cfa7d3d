// Linear combinations of receive channels: noise prewhitening and compression to virtual coils.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/acquisition.h"

#include <optional>

namespace tessera {

/// What turns coils into virtual ones, and the part of the energy that these keep.
struct VirtualCoils {
    Tensor<complex> matrix; ///< [virtual coil, coil], orthonormal rows, most energy first; cpu
    double energy;
};

/// [coil, ...] -> [new coil, ...] by a matrix [new coil, coil], in the context of `data`.
Tensor<complex> mix_coils(Tensor<complex> const& matrix, Tensor<complex> const& data);

/// The lower triangular matrix that makes noise [coil, n] white: of covariance 1, E |noise|^2 = 1, in cpu memory.
///
/// Throws Error for fewer than two samples a coil, and where a coil has no noise or coils are linearly dependent.
/// Source: inverse Cholesky factor of the covariance, Pruessmann et al. 2001, doi:10.1002/mrm.1241.
Tensor<complex> whitening_matrix(Tensor<complex> const& noise);

/// The root mean square of noise [coil, n] a coil, its geometric mean over the coils: whitening times this changes no intensity where
/// coils are independent and equal. Throws Error for a coil without noise.
double typical_deviation(Tensor<complex> const& noise);

/// Virtual coils by the singular value decomposition of k-space [coil, readout, sample].
///
/// weights: [readout, sample] density compensation, with which energy is that of the image; without, of the samples. Of
/// large scans an even selection of readouts is used. `coils` 0: the fewest that keep `energy`.
/// Throws Error for more virtual coils than coils, or k-space that is zero or not finite.
/// Source: Buehrer et al. 2007, doi:10.1002/mrm.21237; Huang et al. 2008, doi:10.1016/j.mri.2007.04.010.
VirtualCoils find_virtual_coils(Tensor<complex> const& kspace, std::optional<Tensor<real>> const& weights, index_t coils, double energy);

/// Replaces the coils of k-space, noise and maps by combinations of them: in their own memory, where as many coils remain and nobody else
/// sees it.
void mix_coils(Acquisition& scan, Tensor<complex> const& matrix);

} // namespace tessera
