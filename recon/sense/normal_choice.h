// Which of the two normal operators is the faster one for a scan on this machine.
#pragma once

#include "recon/sense/data_term.h"
#include "recon/sense/sense_operator.h"

namespace tessera {

/// Seconds that the normal operator takes of this machine: measured once on a small volume, then kept, so that the same scan gets the same
/// operator in every run. All 0: not known.
struct NormalRates {
    double convolution = 0; ///< of one coil, by n log2 n of the doubled grid
    double gridding = 0;    ///< of one coil, by grid cells that samples touch, forth and back
    double fourier = 0;     ///< of one coil, by n log2 n of the NUFFT's grid, forth and back

    bool known() const { return convolution > 0 && gridding > 0 && fourier > 0; }
};

/// What decides.
struct NormalChoice {
    NormalOperator taken = NormalOperator::toeplitz;
    double toeplitz = 0, gridded = 0; ///< seconds of one application; 0: not known
};

/// A convolution, unless gridding is clearly faster: by a tenth at least of what `rates` say, since they are an estimate.
NormalChoice choose_normal(NormalRates const& rates, Matrix const& matrix, index_t coils, index_t points, NufftConfig const& config);

/// Of a device with the present number of threads, kept (core/files/machine_numbers.h); measured in a second or two where
/// they are not there yet. None where they cannot be kept, and for the test device, whose time says nothing.
NormalRates normal_rates(Device device);

} // namespace tessera
