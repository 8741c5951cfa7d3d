#include "nn/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {

double schedule_factor(ScheduleConfig const& config, index_t number, index_t total) {
    require(number >= 1, "schedule: step number {}, expected 1 for the first", number);
    index_t const after = number - 1 - config.warm_up; // steps at full rate so far
    if (after < 0) return static_cast<double>(number) / static_cast<double>(config.warm_up + 1);
    switch (config.kind) {
    case ScheduleKind::constant: return 1;
    case ScheduleKind::cosine: {
        double const part = std::min(1.0, static_cast<double>(after) / static_cast<double>(std::max<index_t>(1, total - config.warm_up)));
        return config.final_fraction + (1 - config.final_fraction) * (1 + std::cos(std::numbers::pi * part)) / 2;
    }
    case ScheduleKind::step: return std::pow(config.factor, static_cast<double>(after / config.every));
    }
    fail("schedule: unknown kind {}", static_cast<int>(config.kind));
}

} // namespace tessera
