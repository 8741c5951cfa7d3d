// FFTW in the precision of real; for the files of core that call it.
#pragma once

#include "kernels/types.h"

#include <fftw3.h>

#ifdef TESSERA_DOUBLE
#define TESSERA_FFTW(name) fftw_##name
#else
#define TESSERA_FFTW(name) fftwf_##name
#endif
