// The normal operator of the NUFFT as a convolution.
#pragma once

#include "core/fft/padded_fft.h"
#include "recon/nufft/nufft.h"

#include <map>

namespace tessera {

/// F^H W F as a convolution with a real spectrum on a doubled grid: it never touches k-space.
///
/// Source: Wajer and Pruessmann, ISMRM 2001, p. 767; Fessler et al. 2005, doi:10.1109/TSP.2005.853152.
class Toeplitz {
public:
    /// trajectory: [..., 3], cycles per field of view of `matrix`; weights: as many as points. Both only read here.
    /// `accuracy` is that of the NUFFT which the spectrum is computed with.
    Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights,
        double accuracy, index_t coils_per_pass = 2);

    /// out = F^H W F in, coil by coil; volumes [coil, z, y, x], out may be in.
    void apply(Tensor<complex> const& in, Tensor<complex> const& out) const;
    index_t coils_per_pass() const { return coils_per_pass_; }

private:
    PaddedFft const& transform(index_t coils) const;

    Context context_;
    Matrix matrix_, grid_;
    index_t coils_per_pass_;
    Tensor<real> spectrum_; // [z, y, x] of the doubled grid
    // Made on first use.
    mutable std::map<index_t, PaddedFft> transforms_;
    mutable Tensor<complex> workspace_;
};

} // namespace tessera
