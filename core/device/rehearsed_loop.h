// Loops in a rehearsal: a few turns show what memory they take, however many there are.
#pragma once

#include "core/arrays/shape.h"
#include "core/device/context.h"

#include <algorithm>

namespace tessera {

/// While a loop of so many turns runs: turns() is how many of them to take, all but in a rehearsal, where the work of those taken counts
/// for all.
class RehearsedLoop {
public:
    RehearsedLoop(Context const& context, index_t turns) : work_(context.stream().rehearsal), all_(turns) {
        if (work_) before_ = *work_;
    }
    ~RehearsedLoop() {
        if (!work_ || all_ == 0) return;
        double const more = static_cast<double>(all_) / static_cast<double>(turns()) - 1;
        Work const taken = *work_ - before_;
        *work_ += {more * taken.convolution, more * taken.gridding, more * taken.fourier, more * taken.traffic};
    }
    RehearsedLoop(RehearsedLoop const&) = delete;
    RehearsedLoop& operator=(RehearsedLoop const&) = delete;

    index_t turns() const { return work_ ? std::min(all_, kTurns) : all_; }

private:
    static constexpr index_t kTurns = 3; // the first may leave something that the others find
    Work* work_;
    Work before_{};
    index_t all_;
};

} // namespace tessera
