// How the learning rate changes with time.
#pragma once

#include "core/config/config.h"
#include "kernels/types.h"

#include <array>
#include <string_view>

namespace tessera {

enum class ScheduleKind { constant, cosine, step };
constexpr std::array<std::string_view, 3> config_names(ScheduleKind) { return {"constant", "cosine", "step"}; }

struct ScheduleConfig {
    ScheduleKind kind = ScheduleKind::constant;
    index_t warm_up = 0;
    double final_fraction = 0;
    index_t every = 1000;
    double factor = 0.5;

    void describe(ConfigVisitor& v) {
        v("kind", kind,
            "The learning rate after warm-up: constant, half a cosine down to final_fraction, or times factor every so many steps.");
        v("warm_up", warm_up, "Steps at the start in which the learning rate grows linearly.", {.min = 0});
        v("final_fraction", final_fraction, "Of kind cosine: the learning rate at the end, as a fraction.", {.min = 0, .max = 1});
        v("every", every, "Of kind step: steps after warm-up between two drops.", {.min = 1});
        v("factor", factor, "Of kind step: the factor of each drop.", {.above = 0, .max = 1});
    }
};

/// The factor of the learning rate in step `number` (1 for the first) of `total`. A function of these alone, so that a run that
/// goes on needs no state of it. Warm-up: number / (warm_up + 1). Cosine: reaches final_fraction after the last step, and stays there.
/// Throws Error for a number below 1.
double schedule_factor(ScheduleConfig const& config, index_t number, index_t total);

} // namespace tessera
