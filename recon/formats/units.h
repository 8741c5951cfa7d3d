// Units of trajectories: the project's are cycles per field of view, files have others.
#pragma once

#include "recon/acquisition/acquisition.h"

#include <array>
#include <string>
#include <string_view>

namespace tessera {

enum class TrajectoryUnits {
    automatic,         ///< what the format defines; where it defines nothing, detected from the largest |k|
    cycles_per_fov,    ///< -N/2 ... N/2
    cycles_per_voxel,  ///< -1/2 ... 1/2
    radians_per_voxel, ///< -pi ... pi
    cycles_per_metre,
    radians_per_metre,
};

constexpr std::array<std::string_view, 6> config_names(TrajectoryUnits) {
    return {"auto", "cycles_per_fov", "cycles_per_voxel", "radians_per_voxel", "cycles_per_metre", "radians_per_metre"};
}

/// "auto", "cycles_per_fov", ... Throws Error naming the choices.
TrajectoryUnits parse_trajectory_units(std::string_view name);
std::string to_string(TrajectoryUnits units);

/// The space that a trajectory was planned in.
struct EncodedSpace {
    Matrix matrix{0, 0, 0}; ///< z, y, x
    PerAxis fov_mm{0, 0, 0};
};

/// Scales a trajectory [..., 3] in place to cycles per field of view of the acquired space, and returns the units found.
///
/// `units` automatic: the largest |k| of every axis is compared with 1/2, pi and N/2, and those units are taken in which no axis
/// exceeds 105 %, one reaches 45 % and none is below 10 %, where they are the only ones; metres are never guessed.
/// Throws Error, naming `source`, where none or several fit, or where the matrix or the field of view that is needed is unknown.
TrajectoryUnits to_cycles_per_fov(Tensor<real> const& trajectory, EncodedSpace const& space, TrajectoryUnits units,
    std::string const& source);

/// The smallest even matrix that holds a trajectory in cycles per field of view; 1 in z where kz is zero everywhere.
/// Throws Error where it would be longer than kLongestAxis.
Matrix smallest_matrix(Tensor<real> const& trajectory);

/// Largest |kx|, |ky|, |kz|.
Vector3 largest_frequencies(Tensor<real> const& trajectory);

} // namespace tessera
