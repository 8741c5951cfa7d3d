// Line charts as SVG.
#pragma once

#include <string>
#include <vector>

namespace tessera::report {

struct Series {
    std::string name;
    std::vector<double> x, y; ///< of equal length, x increasing; the line has a gap where y cannot be shown
    bool faint = false;       ///< drawn thin and pale, behind the others
};

struct Chart {
    std::string title, x_label, y_label;
    std::vector<Series> series;
    bool log_y = false; ///< values that are not above zero cannot be shown then
};

/// An <svg> element with axes, ticks at round numbers, and a legend where there is more than one series.
///
/// Long series are thinned to the smallest and largest value of each of 600 intervals, so that spikes stay. Where nothing can
/// be shown the chart says so. Throws Error for series whose x and y differ in length.
std::string svg(Chart const& chart);

} // namespace tessera::report
