// Positions, directions and sizes of volumes.
#pragma once

#include "core/arrays/tensor.h"

#include <array>
#include <cmath>

namespace tessera {

/// A position or direction: x, y, z.
using Vector3 = std::array<double, 3>;
/// A number for each axis of a volume, in the order of its indices: z, y, x.
using PerAxis = std::array<double, 3>;

/// Where a volume lies. All vectors in scanner LPS coordinates (x to the patient's left, y posterior, z superior).
struct Geometry {
    PerAxis fov_mm{0, 0, 0};      ///< 0: unknown
    Vector3 centre_mm{0, 0, 0};   ///< centre of the volume
    Vector3 x_direction{1, 0, 0}; ///< unit vector along increasing x index
    Vector3 y_direction{0, 1, 0};
    Vector3 z_direction{0, 0, 1};
};

/// The edges of a voxel; 1 along axes whose field of view is unknown.
inline PerAxis voxel_mm(Geometry const& geometry, Matrix const& matrix) {
    PerAxis edges{1, 1, 1};
    for (std::size_t d = 0; d < 3; ++d)
        if (geometry.fov_mm[d] > 0) edges[d] = geometry.fov_mm[d] / static_cast<double>(matrix[d]);
    return edges;
}

inline Vector3 operator+(Vector3 const& a, Vector3 const& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
inline Vector3 operator-(Vector3 const& a, Vector3 const& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
inline Vector3 operator*(double s, Vector3 const& a) { return {s * a[0], s * a[1], s * a[2]}; }
inline double dot(Vector3 const& a, Vector3 const& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
inline double norm(Vector3 const& a) { return std::sqrt(dot(a, a)); }
inline Vector3 cross(Vector3 const& a, Vector3 const& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline Vector3 normalized(Vector3 const& a) { return 1 / norm(a) * a; }

} // namespace tessera
