// Randomly branching vessels.
#pragma once

#include "core/arrays/random.h"
#include "recon/simulation/shapes.h"

namespace tessera {

/// Centre lines and radii of a vessel and all that branch off it, in units of the largest field of view.
struct VesselTree {
    std::vector<Tube> segments;   ///< each starts where its parent ends; parents come first
    std::vector<index_t> parents; ///< segment that each one continues or branches off; -1 for the root
    std::vector<int> generations; ///< number of bifurcations between the root and the segment
};

struct VesselTreeConfig {
    Vector3 start, direction;
    double radius;            ///< at the start
    double radius_min;        ///< no branch is thinner at its start
    double length = 7;        ///< mean length of a branch over its radius
    double tortuosity = 0.15; ///< mean change of direction per piece of a branch, radians
};

/// Grows a tree in the region where `distance` is negative; branches turn towards `centre` at its border.
///
/// At a bifurcation the cubes of the radii add up, and the angles are those of least work.
/// Source: Murray 1926, doi:10.1073/pnas.12.3.207 and doi:10.1085/jgp.9.6.835.
VesselTree grow_vessel_tree(VesselTreeConfig const& config, std::function<double(Vector3 const&)> const& distance, Vector3 const& centre,
    Random& random);

} // namespace tessera
