// How far a long computation is, and how long it will still take.
#pragma once

#include "kernels/types.h"

#include <functional>
#include <iosfwd>
#include <string>

namespace tessera {

/// Where progress goes. On a terminal one line is rewritten; elsewhere a line is added now and then.
struct ProgressOutput {
    std::ostream* stream = nullptr; ///< null: silent
    bool terminal = false;
    int width = 80;                  ///< of the terminal, in characters
    std::function<double()> seconds; ///< a clock that never goes back
};

/// Standard error and the steady clock; silent where messages of level info are.
ProgressOutput standard_progress();

/// "mm:ss" or "h:mm:ss".
std::string format_duration(double seconds);

/// Progress of `total` equal steps. For one thread; leaves a last line behind when it is destroyed.
class Progress {
public:
    Progress(std::string title, index_t total, ProgressOutput output = standard_progress());
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    /// `done` steps of the total have ended; `note` is shown behind them (a residual, a loss).
    void update(index_t done, std::string note = {});
    /// One more step has ended.
    void step(std::string note = {}) { update(done_ + 1, std::move(note)); }

private:
    bool is_time(double now) const;
    void show(double now, bool last);
    std::string bar_line(double elapsed, bool last) const;
    std::string plain_line(double elapsed, bool last) const;

    std::string title_, note_;
    index_t total_, done_ = 0;
    ProgressOutput output_;
    double start_, shown_at_;
};

} // namespace tessera
