// How the object of a simulation breathes.
#pragma once

#include "core/arrays/shape.h"
#include "core/config/config.h"

namespace tessera {

struct BreathingConfig {
    double amplitude_mm = 0;
    double held_mm = 0;
    double period_s = 4;
    double irregularity = 0.1;
    double repetition_time_ms = 20;
    index_t states = 8;
    double spikes = 0;

    void describe(ConfigVisitor& v) {
        v("amplitude_mm", amplitude_mm, "Way of the diaphragm in a mean breath; 0: nothing moves.", {.min = 0, .max = 200});
        v("held_mm", held_mm, "The breath is held with the diaphragm so far down: the truth of one state, where amplitude_mm is 0.",
            {.min = 0, .max = 200});
        v("period_s", period_s, "Mean length of a breath.", {.above = 0, .max = 1000});
        v("irregularity", irregularity, "Relative standard deviation of length and depth from breath to breath.", {.min = 0, .max = 0.5});
        v("repetition_time_ms", repetition_time_ms, "Time from one readout to the next.", {.above = 0, .max = 1e5});
        v("states", states, "Positions between which the object jumps; each costs one set of transforms.", {.min = 2, .max = 64});
        v("spikes", spikes, "Share of readouts that are spoiled: five times too large.", {.min = 0, .max = 0.2});
    }
};

} // namespace tessera
