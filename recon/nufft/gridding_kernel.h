// The interpolation kernel of the NUFFT: its shape, its transform, and how wide it must be.
#pragma once

#include "kernels/types.h"

#include <vector>

namespace tessera {

/// The Kaiser-Bessel kernel that is near optimal for an oversampling.
/// Source: Beatty, Nishimura and Pauly 2005, doi:10.1109/TMI.2004.841230 (eq. 5).
class GriddingKernel {
public:
    /// Chooses the narrowest kernel whose 3D error stays below `accuracy` (relative l2).
    /// Throws Error when accuracy is outside [1e-6, 1e-2] or oversampling outside [1.25, 2], and, in single precision,
    /// for accuracies below 1e-4 with oversampling below 1.5.
    GriddingKernel(double accuracy, double oversampling);

    int width() const { return width_; }
    /// Value at x grid cells from the centre; 0 beyond width/2.
    double value(double x) const;
    /// Continuous Fourier transform at `frequency` cycles per grid cell.
    double transform(double frequency) const;
    /// Polynomials of all cells, [width + 3, width], as kernels/gridding/gridding.h's KernelTable wants them.
    std::vector<real> table() const;

private:
    int width_;
    double beta_;
};

} // namespace tessera
