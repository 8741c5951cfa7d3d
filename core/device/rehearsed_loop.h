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
    /// `rehearsed`: turns after which the next one finds what the last one found. The first may leave something for the others.
    RehearsedLoop(Context const& context, index_t turns, index_t rehearsed = 3)
        : work_(context.stream().rehearsal), all_(turns), rehearsed_(rehearsed) {
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

    index_t turns() const { return work_ ? std::min(all_, rehearsed_) : all_; }

private:
    Work* work_;
    Work before_{};
    index_t all_, rehearsed_;
};

} // namespace tessera
