// Total variation, which images of few edges have small.
#pragma once

#include "kernels/compressed_sensing/finite_difference.h"
#include "recon/compressed_sensing/proximal_gradient.h"

namespace tessera {

/// g(x) = sum over voxels of (sum over axes of |x(r + e_d) - x(r)|^2)^1/2: isotropic total variation of a complex volume, differences
/// zero at the far border, axes of one voxel left out.
///
/// The proximal map is found approximately, by `inner_iterations` of the fast gradient projection on the dual problem; these go on
/// where those of the call before ended, so that they become exact as the image settles. Memory for a volumes, a being the number of
/// axes: a are kept, a + 1 more while it works. Source: Beck, Teboulle 2009, doi:10.1109/TIP.2009.2028250.
class TotalVariation final : public Regulariser {
public:
    /// For volumes [z, y, x] of this shape.
    TotalVariation(Context const& context, Matrix const& matrix, index_t inner_iterations);
    /// Along some axes only. Tensors of as many elements are seen as volumes of this shape.
    TotalVariation(Context const& context, Matrix const& matrix, index_t inner_iterations, DifferenceAxes const& axes);

    double value(Tensor<complex> const& x) override;
    double proximal(Tensor<complex> const& x, double weight, index_t iteration) override;

private:
    DifferenceAxes axes_{};
    index_t inner_iterations_;
    Tensor<complex> dual_; ///< [axis, z, y, x]
};

} // namespace tessera
