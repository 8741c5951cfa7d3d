// Iterative SENSE.
#pragma once

#include "core/arrays/conjugate_gradient.h"
#include "core/config/config.h"
#include "recon/sense/data_term.h"

namespace tessera {

struct CgConfig {
    index_t iterations = 30;
    double tolerance = 1e-3;
    double lambda = 0.05;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("iterations", iterations, "Iterations at most.", {.min = 1});
        v("tolerance", tolerance, "Stop below this relative residual.", {.min = 0, .max = 1});
        v("lambda", lambda, "Tikhonov weight, relative to density-compensated data (A^H W A is about the identity).", {.min = 0});
        v("normal", normal,
            "Normal operator: a convolution on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

/// argmin ||W^1/2 (A x - y)||^2 + lambda ||x||^2 by conjugate gradients from x, in the scale of data.b.
/// Source: Pruessmann, Weiger, Boernert, Boesiger 2001, doi:10.1002/mrm.1241.
CgResult cg_sense(DataTerm const& data, CgConfig const& config, Tensor<complex> const& x,
    std::function<void(index_t, double)> const& progress = {});

} // namespace tessera
