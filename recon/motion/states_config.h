// Which readouts of a scan show which state of breathing, or which moment.
#pragma once

#include "core/arrays/shape.h"
#include "core/config/config.h"

namespace tessera {

enum class StatesBy {
    count,        ///< as many readouts in each state
    displacement, ///< equal parts of the signal's range
    time          ///< frames that follow one another
};
constexpr std::array<std::string_view, 3> config_names(StatesBy) { return {"count", "displacement", "time"}; }

struct StatesConfig {
    index_t count = 1;
    StatesBy by = StatesBy::count;

    void describe(ConfigVisitor& v) {
        v("count", count, "Respiratory states, or frames, each of which becomes an image; 1: one image of all readouts.",
            {.min = 1, .max = 64});
        v("by", by,
            "count: as many readouts in each state, from expiration to inspiration; displacement: equal parts of the signal's range; time: "
            "frames of as many readouts, one after another.");
    }
};

} // namespace tessera
