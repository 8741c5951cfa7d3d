// Fixed points of a map.
#pragma once

#include "core/arrays/volume_store.h"

#include <functional>
#include <limits>

namespace tessera {

struct FixedPointOptions {
    index_t iterations = 50;                       ///< evaluations of the map at most
    double tolerance = 1e-3;                       ///< stop when ||f(x) - x|| <= tolerance ||f(x)||
    index_t depth = 5;                             ///< earlier steps that Anderson's acceleration looks at; 0: plain iteration
    bool safeguard = true;                         ///< an accelerated step after which the residual is larger gives way to a plain one
    CheckpointPlace place = CheckpointPlace::host; ///< where volumes of earlier iterations wait
    /// Called after every evaluation with its number (from 1) and the relative residual.
    std::function<void(index_t, double)> progress{};
};

struct FixedPointResult {
    Tensor<complex> x;                                         ///< f of the iterate with the least residual
    std::vector<double> residuals;                             ///< ||f(x) - x|| / ||f(x)|| of every evaluation
    double residual = std::numeric_limits<double>::infinity(); ///< the least of them
    bool converged = false;                                    ///< it reached the tolerance
    index_t fallbacks = 0;                                     ///< accelerated steps that were taken back
    double gain = 0; ///< largest ||f(a) - f(b)|| / ||a - b|| of successive iterates a, b: a lower bound of the map's Lipschitz constant
};

/// y = f(x). It does not change x and lets go of it as soon as it can; `waiting` keeps x, and settle() frees what is on its way to the host.
using FixedPointMap = std::function<Tensor<complex>(Tensor<complex> x, VolumeStore& waiting)>;

/// Iterates x <- f(x) from `x`, accelerated, until the tolerance or the most iterations are reached; either is a result.
///
/// Apart from f it takes four volumes on the device, with CheckpointPlace::host, and 2 depth + 4 where volumes wait, however many iterations
/// there are. Throws Error when a residual is not finite. Source: Walker and Ni 2011, doi:10.1137/10078356X.
FixedPointResult fixed_point(FixedPointMap const& f, Tensor<complex> x, FixedPointOptions const& options);

} // namespace tessera
