// Spreading to and interpolating from the oversampled grid, for a fixed trajectory.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/nufft/gridding_kernel.h"
#include "recon/nufft/point_selection.h"
#include "recon/nufft/tiling.h"

namespace tessera {

/// The sorted trajectory and kernel of a NUFFT, without its Fourier transform. 2D where matrix[0] is 1.
///
/// Thread-safe once made and ordered: it only reads its plan. Each call uses all threads itself.
class Gridder {
public:
    /// trajectory: [..., 3], (kx, ky, kz) in cycles per field of view; copied. Throws Error for non-finite coordinates.
    Gridder(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, GriddingKernel const& kernel,
        double oversampling);

    /// The same plan in the memory of `context`, host memory for one, where it can wait.
    Gridder to(Context const& context) const;
    /// Of a plan in host memory: that of part of its points for `context`, numbered anew in their order. Nothing is sorted, and the result
    /// is that of the chosen points alone, to the bit on the cpu.
    Gridder part(Context const& context, PointSelection const& chosen) const;

    Matrix grid() const { return {tiling_.cells[0], tiling_.cells[1], tiling_.cells[2]}; }
    index_t points() const { return points_.size(); }
    GriddingKernel const& kernel() const { return kernel_; }

    /// grid [z, y, x, coil] += samples [coil, points]; 1, 2, 4 or 8 coils.
    void spread(Tensor<complex> const& samples, Tensor<complex> const& grid) const;
    /// samples [coil, points] = values of grid [z, y, x, coil].
    void interpolate(Tensor<complex> const& grid, Tensor<complex> const& samples) const;

    /// From now on samples are [coil, points] in the order in which points are gridded, side by side in memory. Returns, [points], which
    /// point of the trajectory each of them is.
    Tensor<std::int32_t> take_order();

    /// Coils of the next pass over `remaining` coils when at most `limit` may be gridded at once.
    static index_t coils_of_pass(index_t remaining, index_t limit);

private:
    GriddingKernel kernel_;
    Tiling tiling_{};
    Tensor<real> table_;
    Tensor<GridPoint> points_;
    Tensor<Subproblem> subproblems_;
    std::vector<std::int32_t> colours_;
};

} // namespace tessera
