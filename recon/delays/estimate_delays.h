// Gradient delays from the data themselves.
#pragma once

#include "recon/delays/delays.h"

namespace tessera {

struct DelayEstimate {
    Delays delays;
    std::array<bool, 3> seen{}; ///< z, y, x: whether a gradient plays along the axis while samples are taken
    /// ||W^1/2 (A x - y)|| / ||W^1/2 y|| in the centre of k-space, of readouts that neither x nor the delays have seen: without delays and
    /// with them.
    double error_before = 0, error_after = 0;
    /// Whether correcting them is worth it: they predict such readouts better by 1 % at least.
    bool better() const { return error_after < 0.99 * error_before; }
};

/// The delays for which one set of coil images explains the centre of k-space best, for any trajectory.
///
/// min over delays and phases, and over images x of low resolution, of ||W^1/2 (A x - y)||^2 + lambda ||x||^2: images are eliminated by
/// conjugate gradients, delays found by Gauss and Newton (variable projection), from the best of a row of delays that are equal along all
/// axes and up to 3 cycles per field of view long. Readouts that start at k = 0 tell less, as there is nothing on its other side: theirs
/// may be up to 2 cycles late and half a cycle early, and what would be more than one early counts as none. Up to 8 coils with the most
/// signal and up to 100000 samples within 12 cycles per field of view are used; on the CPU.
/// Throws Error where fewer than eight readouts come there.
/// Source: the idea, Ianni and Grissom 2016, doi:10.1002/mrm.25916.
DelayEstimate estimate_delays(Acquisition const& acquisition, Matrix const& matrix);

} // namespace tessera
