// Where the voxels of a volume lie, independent of their number.
#pragma once

#include "recon/acquisition/acquisition.h"

#include <algorithm>
#include <cmath>

namespace tessera {

/// Voxel positions in units of the largest field of view, seen from the volume's centre (voxel N/2, integer division).
/// x points to the patient's left, y to the back, z to the head.
struct SamplingGrid {
    Matrix matrix;
    PerAxis extent{1, 1, 1}; ///< fields of view over the largest of them

    SamplingGrid(Matrix voxels, PerAxis const& fov_mm) : matrix(voxels) {
        require_possible();
        double const largest = std::max({fov_mm[0], fov_mm[1], fov_mm[2]});
        for (int d = 0; d < 3 && largest > 0; ++d) extent[d] = fov_mm[d] / largest;
    }

    /// Position of voxel i along dimension d (0: z, 1: y, 2: x).
    double at(int d, index_t i) const { return static_cast<double>(i - matrix[d] / 2) / static_cast<double>(matrix[d]) * extent[d]; }
    /// The inverse of at(), not rounded.
    double index(int d, double position) const {
        return position / extent[d] * static_cast<double>(matrix[d]) + static_cast<double>(matrix[d] / 2);
    }

    /// The edge of a cube (2D: square) as large as a voxel.
    double voxel() const {
        double const dy = extent[1] / matrix[1], dx = extent[2] / matrix[2];
        return matrix[0] == 1 ? std::sqrt(dy * dx) : std::cbrt(extent[0] / matrix[0] * dy * dx);
    }
    /// The same field of view with `factor` times as many voxels along every axis (2D: in the plane).
    SamplingGrid refined(index_t factor) const {
        SamplingGrid fine = *this;
        for (int d = 0; d < 3; ++d)
            if (matrix[d] > 1 && __builtin_mul_overflow(matrix[d], factor, &fine.matrix[d])) fine.matrix[d] = kMostElements;
        fine.require_possible();
        return fine;
    }

private:
    void require_possible() const {
        require(*std::min_element(matrix.begin(), matrix.end()) > 0 && checked_product(matrix).has_value(),
            "volume: {} x {} x {} voxels (z, y, x) are not possible", matrix[0], matrix[1], matrix[2]);
    }
};

} // namespace tessera
