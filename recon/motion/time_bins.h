// Readouts gathered in equal steps of time, in which breathing is slow.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "recon/motion/time_series.h"

namespace tessera {

/// Steps of time and where the readouts lie between them. Readouts need not be stored in the order of time.
class TimeBins {
public:
    /// From the first to the last of the readouts `of`. `length`: of a step, in the unit of `times` [readout]; no shorter than the mean
    /// distance of these readouts.
    TimeBins(std::vector<double> const& times, std::vector<index_t> const& of, double length);

    std::size_t count() const { return count_; }
    double length() const { return length_; }

    /// Mean over each step of values [n] of the readouts `of`, which lie within the steps; steps without one are interpolated.
    TimeSeries gather(std::vector<double> const& values, std::vector<index_t> const& of) const;
    /// Interpolated linearly at all readouts; constant before the middle of the first step and after that of the last.
    std::vector<double> at_readouts(TimeSeries const& series) const;

private:
    double length_;
    std::size_t count_;
    std::vector<double> position_; // [readout] in steps from the middle of the first
};

/// Whether the file has times that can be those of readouts in seconds: 0.1 ms to 10 s from one to the next in the mean.
bool knows_times(Acquisition const& acquisition);

/// When readouts were acquired: the file's times, else their numbers.
std::vector<double> times_of(Acquisition const& acquisition);

/// 0, 1, ... readouts - 1.
std::vector<index_t> all_readouts_of(Acquisition const& acquisition);

} // namespace tessera
