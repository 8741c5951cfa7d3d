#include "recon/simulation/vessel_tree.h"

namespace tessera {
namespace {

struct Branch {
    Vector3 start, direction;
    Vector3 plane; ///< normal of the plane in which it branched off
    double radius;
    index_t parent;
    int generation;
};

Vector3 random_vector(Random& random) {
    Complex<double> const a = random.normal2();
    return {a.re, a.im, random.normal()};
}

/// The angle between a vessel and its daughter of radius `own`, with a sister of radius `other`.
double branching_angle(double parent, double own, double other) {
    double const cosine = (std::pow(parent, 4) + std::pow(own, 4) - std::pow(other, 4)) / (2 * parent * parent * own * own);
    return std::acos(std::clamp(cosine, -1.0, 1.0));
}

/// The direction turned by `angle` about a normal that is perpendicular to it.
Vector3 turn(Vector3 const& direction, Vector3 const& normal, double angle) {
    return std::cos(angle) * direction + std::sin(angle) * cross(normal, direction);
}

} // namespace

VesselTree grow_vessel_tree(VesselTreeConfig const& config, std::function<double(Vector3 const&)> const& distance, Vector3 const& centre,
    Random& random) {
    VesselTree tree;
    Vector3 const direction = normalized(config.direction);
    std::vector<Branch> open{{config.start, direction, normalized(cross(direction, random_vector(random))), config.radius, -1, 0}};
    constexpr int kPieces = 5, kAttempts = 4;
    while (!open.empty()) {
        Branch branch = open.back();
        open.pop_back();
        double const piece = branch.radius * config.length * random.uniform(0.6, 1.4) / kPieces;
        Vector3 position = branch.start;
        bool inside = true;
        for (int i = 0; i < kPieces && inside; ++i) {
            branch.direction = normalized(branch.direction + config.tortuosity * random_vector(random));
            Vector3 next = position + piece * branch.direction;
            // outside it may go on only where it comes closer, as the root does before it enters
            auto const allowed = [&] { return distance(next) < std::max(-branch.radius, distance(position)); };
            for (int attempt = 0; attempt < kAttempts && !allowed(); ++attempt) {
                branch.direction = normalized(branch.direction + 0.5 * normalized(centre - position));
                next = position + piece * branch.direction;
            }
            inside = allowed();
            if (!inside) break;
            double const taper = 0.06 / kPieces; // a branch loses 6 % of its radius
            tree.segments.push_back({position, next, branch.radius * (1 - taper * i), branch.radius * (1 - taper * (i + 1))});
            tree.parents.push_back(branch.parent);
            tree.generations.push_back(branch.generation);
            branch.parent = static_cast<index_t>(tree.segments.size()) - 1;
            position = next;
        }
        if (!inside) continue;

        double const radius = tree.segments.back().radius_to, share = random.uniform(0.2, 0.5);
        double const large = radius * std::cbrt(1 - share), small = radius * std::cbrt(share);
        Vector3 const across = normalized(cross(branch.direction, branch.plane));
        // the next plane is about perpendicular to the last
        double const tilt = random.uniform(-0.6, 0.6);
        Vector3 const plane = normalized(std::cos(tilt) * across + std::sin(tilt) * cross(branch.direction, across));
        Vector3 const to_large = turn(branch.direction, plane, branching_angle(radius, large, small));
        Vector3 const to_small = turn(branch.direction, plane, -branching_angle(radius, small, large));
        if (small >= config.radius_min) open.push_back({position, to_small, plane, small, branch.parent, branch.generation + 1});
        if (large >= config.radius_min) open.push_back({position, to_large, plane, large, branch.parent, branch.generation + 1});
    }
    return tree;
}

} // namespace tessera
