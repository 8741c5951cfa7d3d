// Splines that follow maps.
#pragma once

#include "recon/scan/coil_maps.h"

#include <vector>

namespace tessera {

/// Least squares of cubic B-splines, axis by axis, to voxels that lie about half an interval apart.
class SplineFit {
public:
    /// At most so many intervals along every axis: no more than one a voxel.
    SplineFit(Matrix const& matrix, index_t intervals);

    /// [coil, z, y, x] of the coefficients in host memory.
    Tensor<complex> coefficients(index_t coils, MapPlanes const& planes) const;

    /// [coil, z, y, x] of the coefficients.
    static Shape shape(Matrix const& matrix, index_t coils, index_t intervals);
    /// Number of coefficients.
    static index_t size(Matrix const& matrix, index_t coils, index_t intervals);

private:
    struct Axis {
        std::vector<index_t> voxels;
        Tensor<complex> matrix; // [coefficients, voxels], real
    };
    std::array<Axis, 3> axes_;
};

/// ||S - maps|| / ||maps|| of all coils over a dozen planes spread over the volume.
double spline_error(RowFactors const& splines, Matrix const& matrix, MapPlanes const& planes);

} // namespace tessera
