// Sampling trajectories for simulations.
#pragma once

#include "core/arrays/tensor.h"
#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

enum class TrajectoryKind {
    koosh_ball,     ///< 3D radial
    stack_of_stars, ///< 2D radial, Cartesian in z
    cones,          ///< centre-out readouts that wind around z, each on its own cone
    spiral_3d,      ///< centre-out planar spirals, each in its own plane through the centre
    radial_2d,
    spiral_2d
};
constexpr std::array<std::string_view, 6> config_names(TrajectoryKind) {
    return {"koosh_ball", "stack_of_stars", "cones", "spiral_3d", "radial_2d", "spiral_2d"};
}

/// The order in time of the readouts' directions.
enum class ReadoutOrder {
    golden,      ///< golden angle in 2D, golden means in 3D: any number of subsequent readouts covers k-space evenly
    bit_reversed ///< an even covering by all readouts, passed through in bit-reversed order
};
constexpr std::array<std::string_view, 2> config_names(ReadoutOrder) { return {"golden", "bit_reversed"}; }

struct TrajectoryConfig {
    TrajectoryKind kind = TrajectoryKind::koosh_ball;
    ReadoutOrder order = ReadoutOrder::golden;
    bool centre_out = false;
    double undersampling = 1;
    index_t readouts = 0;
    index_t samples = 0;
    double readout_oversampling = 1;
    double turns = 3;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "The family of trajectories.");
        v("order", order, "Order in time of the directions: golden angle (3D: golden means), or bit-reversed.");
        v("centre_out", centre_out, "Spokes of the radial kinds start at the centre of k-space (UTE) instead of crossing it.");
        v("undersampling", undersampling, "Number of readouts that Nyquist's criterion asks for over the number acquired.", {.min = 1e-3});
        v("readouts", readouts, "Number of readouts; 0 follows from `undersampling`.", {.min = 0, .max = 1 << 26});
        v("samples", samples, "Samples of a readout; 0 is one per cycle per field of view, times `readout_oversampling`.",
            {.min = 0, .max = 1 << 16});
        v("readout_oversampling", readout_oversampling, "Sampling density along the readouts.", {.above = 0, .max = 64});
        v("turns", turns, "Turns that a readout of cones or a spiral winds.", {.min = 0, .max = 1000});
    }
};

/// How many readouts leave no gap wider than one cycle per field of view at the edge of k-space.
/// Throws Error for a matrix that does not fit the kind (1 in z for 2D kinds only).
index_t nyquist_readouts(TrajectoryConfig const& config, Matrix matrix);

/// The trajectory [readout, sample, 3], (kx, ky, kz) in cycles per field of view, |k| <= N/2 along each axis.
///
/// k-space is an ellipsoid (ellipse in 2D) with the matrix's half extents. Readouts of the spiral kinds and centre-out
/// spokes start at the centre; full spokes cross it at sample samples/2. Throws Error for impossible settings.
/// Source: golden means in 3D, Chan et al. 2009, doi:10.1002/mrm.21837; golden angle, Winkelmann et al. 2007,
/// doi:10.1109/TMI.2006.885337; cones, Gurney et al. 2006, doi:10.1002/mrm.20796 (here of constant speed, without a
/// model of the gradient system).
Tensor<real> make_trajectory(TrajectoryConfig const& config, Matrix matrix);

} // namespace tessera
