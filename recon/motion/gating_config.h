// Which readouts of a breathing patient make the image.
#pragma once

#include "core/config/config.h"

namespace tessera {

enum class GatingKind {
    off,
    hard, ///< readouts near one end of the breath, the others are left out
    soft  ///< all readouts, weighted by their distance from that end
};
constexpr std::array<std::string_view, 3> config_names(GatingKind) { return {"off", "hard", "soft"}; }

enum class BreathEnd { expiration, inspiration };
constexpr std::array<std::string_view, 2> config_names(BreathEnd) { return {"expiration", "inspiration"}; }

struct GatingConfig {
    GatingKind kind = GatingKind::off;
    std::string signal = "auto";
    double efficiency = 0.4;
    BreathEnd end = BreathEnd::expiration;
    bool drift = true;
    std::optional<bool> outliers;
    double trust = 0.5;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "off; hard keeps the readouts nearest to one end of the breath, soft weights readouts by their distance from it.");
        v("signal", signal,
            "Where breathing is seen: file (recorded in the input), self (k = 0 of the data), auto (the first of them that there is), or "
            "the path of a text file with one number a readout, larger where more is inspired.");
        v("efficiency", efficiency, "Share of the readouts that is kept (soft: the mean weight).", {.above = 0, .max = 1});
        v("end", end, "The end of the breath that is imaged.");
        v("drift", drift, "Takes the signal's running median off, so that a slow drift does not gate.");
        v("outliers", outliers, "Leaves out spikes and the approach to steady state; null: where gating is on.");
        v("trust", trust, "self: least share of the signal's power in the breathing band; less is refused.", {.min = 0, .max = 1});
    }
    bool finds_outliers() const { return outliers.value_or(kind != GatingKind::off); }
};

} // namespace tessera
