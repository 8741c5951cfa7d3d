// Gradients that play late: where k-space really was sampled.
#pragma once

#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

/// What gradients do that the trajectory of a file does not say.
struct Delays {
    PerAxis samples{0, 0, 0}; ///< how late each axis plays, in samples of a readout
    PerAxis phase{0, 0, 0};   ///< radians of phase while the axis plays its strongest gradient: B0 that eddy currents shift

    void describe(ConfigVisitor& v) {
        v("samples", samples, "How many samples of a readout the gradients along z, y, x play too late.", {.min = -100, .max = 100});
        v("phase", phase, "Phase in radians that the strongest gradient along z, y, x puts on the data, weaker ones in proportion.",
            {.min = -10, .max = 10});
    }
};

/// The trajectory [readout, sample, 3] that is played when axis d comes `samples[d]` samples late: k_d(s - delay), by cubic interpolation
/// between samples. Before the first and after the last sample readouts go on straight, but those that start at rest at k = 0 (slower at
/// first than later, or centre-out) wait there.
Tensor<real> delayed(Tensor<real> const& trajectory, PerAxis const& samples);

/// Whether a readout starts at k = 0 (within 0.05 cycles per field of view).
bool starts_at_rest(View<real const, 3> trajectory, index_t readout);

struct GradientCourse {
    Tensor<real> values; ///< [readout, sample, 3] along x, y, z, of the strongest
    double strongest;    ///< in cycles per field of view from one sample to the next
};

/// The gradients that play a trajectory [readout, sample, 3].
GradientCourse gradients_of(Tensor<real> const& trajectory);

/// exp(i sum_d phase[d] gradient_d) of one sample; its gradient along x, y, z.
complex gradient_turn(real const* gradient, PerAxis const& phase);

/// Multiplies k-space [coil, readout, sample] by exp(i sum_d phase[d] gradient_d), in place.
void add_gradient_phase(Tensor<complex> const& kspace, Tensor<real> const& trajectory, PerAxis const& phase);

} // namespace tessera
