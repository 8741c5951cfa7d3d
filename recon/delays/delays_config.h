// What is done about gradient delays.
#pragma once

#include "recon/delays/delays.h"

namespace tessera {

enum class DelaysKind {
    off,
    estimate, ///< found in the data, and corrected where that predicts readouts better which the estimate has not seen
    given
};
constexpr std::array<std::string_view, 3> config_names(DelaysKind) { return {"off", "estimate", "given"}; }

struct DelaysConfig : Delays {
    DelaysKind kind = DelaysKind::off;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "Gradient delays: off, estimated from the data, or given by `samples` and `phase`.");
        Delays::describe(v);
    }
};

} // namespace tessera
