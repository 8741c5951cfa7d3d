// Numbers that follow each other in time: medians, smoothing, spectra.
#pragma once

#include <cstddef>
#include <vector>

namespace tessera {

/// Values in equal steps of time.
using TimeSeries = std::vector<double>;

/// The value below which the share `part` of the values lies; 0.5: the median. Not for empty lists.
double quantile(std::vector<double> values, double part);

/// The median of each value and its `reach` neighbours on either side, fewer at the ends.
TimeSeries running_median(TimeSeries const& values, std::size_t reach);

/// Convolved with a Gaussian of standard deviation `sigma` in steps, which is scaled up where it sticks out of the ends.
TimeSeries smoothed(TimeSeries const& values, double sigma);

/// What is left when the best straight line is taken off.
TimeSeries without_line(TimeSeries const& values);

/// Pearson's correlation of two series of equal length; 0 where one is constant.
double correlation(TimeSeries const& a, TimeSeries const& b);

/// Powers at 0, 1, ... `last` cycles per length of the series, seen through a Hann window, so that a drift stays below the third.
std::vector<double> spectrum(TimeSeries const& values, std::size_t last);

} // namespace tessera
