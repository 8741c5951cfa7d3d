// Solids with soft edges, and the volume that is painted with them.
#pragma once

#include "recon/acquisition/sampling_grid.h"

#include <functional>
#include <variant>
#include <vector>

namespace tessera {

/// A round cone between two points: a piece of a vessel or a rib.
struct Tube {
    Vector3 from, to;
    double radius_from, radius_to;
};

/// Rows of `axes` are the unit vectors of the semi-axes.
struct Ellipsoid {
    Vector3 centre, semi;
    std::array<Vector3, 3> axes{Vector3{1, 0, 0}, Vector3{0, 1, 0}, Vector3{0, 0, 1}};
};

/// A trunk along z with rounded-rectangular cross-section, a waist, and shoulders that narrow to the neck.
struct Torso {
    double half_width, half_depth, centre_y;
};

using Shape3 = std::variant<Tube, Ellipsoid, Torso>;

/// First-order distance to the surface, negative inside.
double distance(Ellipsoid const& shape, Vector3 const& p);
double distance(Torso const& shape, Vector3 const& p);

/// The share of a cubic voxel at p that lies in the shape, approximately; exact in the sum over voxels across a thin tube.
double coverage(Shape3 const& shape, Vector3 const& p, double voxel);

/// An ellipsoid turned by `yaw` about z, then `pitch` about x, then `roll` about y (radians).
Ellipsoid turned(Vector3 const& centre, Vector3 const& semi, double yaw, double pitch, double roll);

/// A smooth curve through `points` as tubes; radii are interpolated along it.
std::vector<Shape3> tube_along(std::vector<Vector3> const& points, double radius_from, double radius_to, int pieces_per_span = 8);

/// What fills the union of its shapes. `texture`, where given, multiplies the signal at a position.
struct Tissue {
    double signal;
    std::vector<Shape3> shapes;
    std::function<double(Vector3 const&)> texture;
};

/// Paints tissues one over the other, each mixed in with its coverage; [z, y, x], in cpu memory.
Tensor<real> paint(SamplingGrid const& grid, std::vector<Tissue> const& tissues);

} // namespace tessera
