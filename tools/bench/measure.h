// Times and memory of a piece of work.
#pragma once

#include "core/config/config.h"
#include "core/device/context.h"

#include <functional>

namespace tessera {

/// What repeated executions took. CPU seconds are of all threads: on a busy machine they tell more than the clock.
struct Measured {
    double seconds = 0, fastest_seconds = 0, cpu_seconds = 0, setup_seconds = 0, setup_cpu_seconds = 0;
    std::optional<double> relative_error;
    std::size_t peak_bytes = 0;

    void describe(ConfigVisitor& v) {
        v("seconds", seconds, "Median of one execution.");
        v("fastest_seconds", fastest_seconds, "Of one execution.");
        v("cpu_seconds", cpu_seconds, "Median of one execution, all threads together.");
        v("setup_seconds", setup_seconds, "Planning, with what the first execution takes beyond the median.");
        v("setup_cpu_seconds", setup_cpu_seconds, "Planning, all threads together.");
        v("relative_error", relative_error, "l2, against a direct sum on a sample.");
        v("peak_bytes", peak_bytes, "The most memory at once of plan and workspace, arguments apart.");
    }
};

/// Seconds on the clock and of the processors since it was made; waits for the context.
class Stopwatch {
public:
    explicit Stopwatch(Context const& context);
    double seconds() const;
    double cpu_seconds() const;

private:
    Context context_;
    double start_, cpu_start_;
};

/// What one execution took.
struct Once {
    double seconds = 0, cpu_seconds = 0;
};
Once timed(Context const& context, std::function<void()> const& execute);

/// One execution after another; summary() has their medians.
class Rounds {
public:
    void run(Context const& context, std::function<void()> const& execute);
    /// first: the first, uncounted execution.
    Measured summary(Once const& planning, Once const& first) const;

private:
    std::vector<double> seconds_, cpu_seconds_;
};

} // namespace tessera
