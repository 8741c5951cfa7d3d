// The data term of one scan: what every iterative method starts from.
#pragma once

#include "recon/scan/scan.h"
#include "recon/sense/data_term.h"

namespace tessera {

/// 1/2 ||W^1/2 (A x - y)||^2 with y divided by `scale`, so that weights of regularisation and trained networks mean the same
/// for every scanner: 1/2 <x, N x> - Re <x, b> + 1/2 energy with the normal operator N = A^H W A.
struct LeastSquares {
    DataTerm data;     ///< N and b = A^H W y / scale
    double scale = 1;  ///< intensity_scale() of the density-compensated A^H W y; images are multiplied by it in the end
    double energy = 0; ///< ||W^1/2 y||^2 / scale^2
};

/// ||W^1/2 y||^2 of samples y [coil, points], in any memory, and weights W [points]. Waits for the stream.
double weighted_energy(Tensor<complex> const& kspace, Tensor<real> const& weights);

/// The data term of a scan. `weighted`: with the density compensation as W, else W = 1 (the scale is that of the compensated data
/// either way).
LeastSquares least_squares(Scan const& scan, NufftConfig const& config, NormalOperator normal, bool weighted = true);

/// Its value at an image x for which N x is known. Waits for the stream.
double value(LeastSquares const& problem, Tensor<complex> const& x, Tensor<complex> const& normal_x);

} // namespace tessera
