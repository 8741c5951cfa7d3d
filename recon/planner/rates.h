// How fast this machine is, measured once.
#pragma once

#include "core/device/context.h"

namespace tessera {

/// Work a second, by kind; 0: not known.
struct Rates {
    double convolution = 0, gridding = 0, fourier = 0, traffic = 0;

    double seconds(Work const& work) const;
};

/// Of a device with the present number of threads. Measured in about a second, then kept
/// (core/files/machine_numbers.h); all 0 for the test device, whose time says nothing.
Rates machine_rates(Device device);

} // namespace tessera
