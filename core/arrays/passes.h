// Work on many equal things, some at a time.
#pragma once

#include "core/arrays/shape.h"
#include "core/terminal/interrupt.h"

#include <algorithm>

namespace tessera {

/// Calls f(first, last) for one piece of [0, n) after the other, of at most `at_once` each: coils in passes, whose buffers bound the
/// memory. Stops between passes where the user interrupts.
template <class F> void in_passes(index_t n, index_t at_once, F const& f) {
    for (index_t first = 0; first < n; first += at_once) {
        interruption_point();
        f(first, std::min(n, first + at_once));
    }
}

} // namespace tessera
