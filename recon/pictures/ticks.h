// Round numbers along an axis.
#pragma once

#include <vector>

namespace tessera::report {

/// Multiples of 1, 2 or 5 times a power of ten within [low, high], about `count` of them. Needs high > low.
std::vector<double> nice_ticks(double low, double high, int count);

/// Powers of ten within [low, high], thinned to about `count`; with their 2- and 5-fold where there are few, and nice_ticks() where
/// these are too few as well. Needs high > low > 0.
std::vector<double> log_ticks(double low, double high, int count);

} // namespace tessera::report
