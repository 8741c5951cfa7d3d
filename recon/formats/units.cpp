#include "recon/formats/units.h"

#include "core/config/config.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace tessera {

namespace {

/// Cycles per field of view of one unit along x, y, z.
Vector3 scales(EncodedSpace const& space, TrajectoryUnits units, std::string const& source) {
    Vector3 scale{1, 1, 1};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        double const n = double(space.matrix[2 - axis]), fov_m = space.fov_mm[2 - axis] / 1000;
        if (units == TrajectoryUnits::cycles_per_voxel) scale[axis] = n;
        if (units == TrajectoryUnits::radians_per_voxel) scale[axis] = n / (2 * std::numbers::pi);
        if (units == TrajectoryUnits::cycles_per_metre) scale[axis] = fov_m;
        if (units == TrajectoryUnits::radians_per_metre) scale[axis] = fov_m / (2 * std::numbers::pi);
        require(scale[axis] > 0, "{}: a trajectory in {} needs the {}, which the file does not state", source, to_string(units),
            n > 0 ? "field of view" : "matrix");
    }
    return scale;
}

TrajectoryUnits detect(Vector3 const& largest, EncodedSpace const& space, std::string const& source) {
    require(*std::min_element(space.matrix.begin(), space.matrix.end()) > 0,
        "{}: the file states no units of its trajectory, and they cannot be detected without the matrix: set trajectory_units or matrix",
        source);
    constexpr std::array kCandidates{TrajectoryUnits::cycles_per_voxel, TrajectoryUnits::radians_per_voxel,
        TrajectoryUnits::cycles_per_fov};
    std::vector<TrajectoryUnits> fitting;
    for (auto const units : kCandidates) {
        double least = 1, most = 0; // of what the axes could hold
        for (std::size_t axis = 0; axis < 3; ++axis) {
            double const half = 0.5 * double(space.matrix[2 - axis]);
            double const full = units == TrajectoryUnits::cycles_per_voxel ? 0.5
                : units == TrajectoryUnits::radians_per_voxel              ? std::numbers::pi
                                                                           : half;
            if (largest[axis] == 0) continue; // an axis that nobody encodes says nothing
            least = std::min(least, largest[axis] / full);
            most = std::max(most, largest[axis] / full);
        }
        if (least >= 0.1 && most >= 0.45 && most <= 1.05) fitting.push_back(units);
    }
    require(fitting.size() == 1,
        "{}: the units of the trajectory are not clear: the largest |k| is {:.6g} with matrix {} x {} x {}, which {}; set trajectory_units",
        source, *std::max_element(largest.begin(), largest.end()), space.matrix[0], space.matrix[1], space.matrix[2],
        fitting.empty() ? "fits neither 1/2 (cycles_per_voxel) nor pi (radians_per_voxel) nor N/2 (cycles_per_fov)"
                        : "fits " + to_string(fitting.front()) + " and " + to_string(fitting.back()));
    return fitting.front();
}

} // namespace

TrajectoryUnits parse_trajectory_units(std::string_view name) {
    auto const names = config_names(TrajectoryUnits{});
    auto const found = std::find(names.begin(), names.end(), name);
    require(found != names.end(), "trajectory_units: '{}' is not one of {}", name, fmt::join(names, ", "));
    return static_cast<TrajectoryUnits>(found - names.begin());
}

std::string to_string(TrajectoryUnits units) { return std::string(config_name(units)); }

Vector3 largest_frequencies(Tensor<real> const& trajectory) {
    Vector3 largest{0, 0, 0};
    auto const k = trajectory.host();
    for (std::size_t i = 0; i < k.size(); ++i) largest[i % 3] = std::max(largest[i % 3], std::abs(double(k[i])));
    return largest;
}

TrajectoryUnits to_cycles_per_fov(Tensor<real> const& trajectory, EncodedSpace const& space, TrajectoryUnits units,
    std::string const& source) {
    if (trajectory.context().rehearses()) return units;
    if (units == TrajectoryUnits::automatic) units = detect(largest_frequencies(trajectory), space, source);
    if (units == TrajectoryUnits::cycles_per_fov) return units;
    Vector3 const scale = scales(space, units, source);
    auto const k = trajectory.host();
    for (std::size_t i = 0; i < k.size(); ++i) k[i] = static_cast<real>(k[i] * scale[i % 3]);
    return units;
}

Matrix smallest_matrix(Tensor<real> const& trajectory) {
    Vector3 const largest = largest_frequencies(trajectory);
    Matrix matrix;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        require(largest[axis] <= 0.5 * static_cast<double>(kLongestAxis),
            "trajectory: the largest |k| is {:.6g} cycles per field of view, more than half of the longest matrix ({}): set trajectory_units or matrix",
            largest[axis], kLongestAxis);
        auto const half = static_cast<index_t>(std::ceil(largest[axis] - 1e-3)); // k = N/2 + rounding still is inside
        matrix[2 - axis] = half > 0 ? 2 * half : 1;
    }
    return matrix;
}

} // namespace tessera
